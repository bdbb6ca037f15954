package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.devdb.EmbeddedDatabase;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged service without its database, or with a wrong configuration. */
class DatabaseAwayIT {
    private static final Duration MAX_REFUSAL = Duration.ofSeconds(60);

    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(5);
    /** With a database that works. A busy machine may need more than five seconds for the first answer. */
    private static final Duration MAX_ANSWER = Duration.ofSeconds(30);

    @Test
    void a_database_outage_under_load_causes_503s_and_loses_no_acknowledged_event() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary()) {
            Migrations.of(DatabaseUrl.parse(database.url())).apply();
            try (PackagedService service = PackagedService.on(database.url())) {
                Load load = Load.of(32, service);
                load.awaitAcknowledged(300);

                database.stop();
                load.awaitRefused(300);
                assertThat(service.health()).isEqualTo("200");
                Call.Answer refused = service.post(Load.event("anon-without-database"));
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("retry-after")).isEqualTo("2");
                assertThat(refused.text()).isEqualTo("{\"ok\":false,\"error\":\"unavailable\"}");

                database.start();
                load.awaitAcknowledged(300);
                database.kill();
                load.awaitRefused(300);
                database.start();
                load.awaitAcknowledged(300);
                load.stop();

                assertThat(load.strange).isEmpty();
                assertThat(load.unanswered).isEmpty();
                List<String> stored = Database.at(database.url())
                        .sql()
                        .inTransaction(tx -> tx.query("SELECT path || ' ' || id FROM events", row -> row.text(1)));
                assertThat(stored).doesNotHaveDuplicates();
                assertThat(stored)
                        .containsAll(load.acknowledged.entrySet().stream()
                                .map(event -> event.getKey() + " " + event.getValue())
                                .toList());
            }
        }
    }

    @Test
    void a_form_gets_503_during_a_database_outage_and_is_stored_after_it() throws Exception {
        String email = Forms.email();
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary()) {
            Migrations.of(DatabaseUrl.parse(database.url())).apply();
            try (PackagedService service =
                    PackagedService.on(database.url(), Map.of("RATE_LIMIT_LEADS", "1000000000"))) {
                assertThat(capture(service, Forms.email(), MAX_ANSWER).status()).isEqualTo(200);

                database.kill();
                // The first request may detect the outage. At the second request, the service already knows of it.
                for (int i = 0; i < 2; i++) {
                    Call.Answer refused = capture(service, email, CLIENT_TIMEOUT);
                    assertThat(refused.status()).isEqualTo(503);
                    assertThat(refused.header("retry-after")).isEqualTo("2");
                    assertThat(refused.text()).isEqualTo("{\"ok\":false,\"error\":\"unavailable\"}");
                }

                database.start();
                StoredRows.await(() -> statusOfCapture(service, email), 200);
                assertThat(new StoredRows(Database.at(database.url()).sql()).leads(email))
                        .hasSize(1);
            }
        }
    }

    /** Sends a form like a script with this timeout. */
    private static Call.Answer capture(PackagedService service, String email, Duration timeout) throws IOException {
        return service.ask(
                "POST",
                "/v1/leads/capture",
                Forms.scripted(email).toString(),
                Map.of("content-type", "application/json"),
                timeout);
    }

    /** Returns -1 if there was no answer. */
    private static int statusOfCapture(PackagedService service, String email) {
        try {
            return capture(service, email, MAX_ANSWER).status();
        } catch (IOException unanswered) {
            return -1;
        }
    }

    @Test
    void a_service_started_before_its_database_reports_it_and_serves_once_it_is_reachable() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary()) {
            Migrations.of(DatabaseUrl.parse(database.url())).apply();
            database.stop();
            try (PackagedService service = PackagedService.launch(Map.of("DATABASE_URL", database.url()))) {
                service.awaitHealth("503 database_unreachable");
                assertThat(service.get("/v1/healthz").header("retry-after")).isNotNull();
                assertThat(status(service)).isEqualTo(503);
                assertThat(statusOfNamedProperty(service)).isEqualTo(503);

                database.start();
                service.awaitHealth("200");
                assertThat(status(service)).isEqualTo(202);
                assertThat(statusOfNamedProperty(service)).isEqualTo(400);
            }
        }
    }

    @Test
    void a_service_started_on_an_empty_database_reports_it_and_serves_once_it_is_migrated() throws Exception {
        String url = TestDatabase.fresh();
        try (PackagedService service = PackagedService.launch(Map.of("DATABASE_URL", url))) {
            service.awaitHealth("503 schema_outdated");
            assertThat(service.get("/v1/healthz").text()).isEqualTo("{\"ok\":false,\"error\":\"schema_outdated\"}");
            assertThat(status(service)).isEqualTo(503);

            Migrations.of(DatabaseUrl.parse(url)).apply();
            service.awaitHealth("200");
            assertThat(status(service)).isEqualTo(202);
        }
    }

    @Test
    void a_wrong_configuration_stops_the_start_and_every_fault_is_reported() throws Exception {
        Map<String, String> wrong =
                Map.of("IP_HASH_PEPPER", "pepper-77", "PORT", "harbour-77", "RESPECT_PRIVACY_SIGNALS", "perhaps-77");
        try (PackagedService service = PackagedService.launch(wrong)) {
            assertThat(service.exitCode(MAX_REFUSAL)).isEqualTo(1);
            assertThat(service.written("stderr").lines())
                    .containsExactlyInAnyOrder(
                            "altcontext: DATABASE_URL is missing: it must be the database's address,"
                                    + " postgres://user:password@host:5432/name",
                            "altcontext: IP_HASH_PEPPER must be at least 16 characters",
                            "altcontext: PORT must be a whole number from 0 to 65535",
                            "altcontext: RESPECT_PRIVACY_SIGNALS must be true or false");
            assertThat(service.written("stdout") + service.written("stderr")).doesNotContain("-77");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PORT", "MANAGEMENT_PORT"})
    void a_port_in_use_is_reported_in_one_line_with_its_variable(String variable) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PackagedService service = PackagedService.launch(
                        Map.of("DATABASE_URL", TestDatabase.fresh(), variable, String.valueOf(other.getLocalPort())))) {
            assertThat(service.exitCode(MAX_REFUSAL)).isEqualTo(1);
            assertThat(service.written("stderr").lines())
                    .containsExactly("altcontext: " + variable + ": port " + other.getLocalPort()
                            + " cannot be opened, most likely because another process is listening on it: stop that process, or set "
                            + variable + " to another port");
            assertThat(service.written("stdout")).isEmpty();
        }
    }

    @Test
    void a_host_that_is_not_an_address_of_this_machine_is_reported() throws Exception {
        try (PackagedService service =
                PackagedService.launch(Map.of("DATABASE_URL", TestDatabase.fresh(), "HOST", "203.0.113.9"))) {
            assertThat(service.exitCode(MAX_REFUSAL)).isEqualTo(1);
            assertThat(service.written("stderr").lines())
                    .containsExactly("altcontext: HOST must be an address of this machine, such as 0.0.0.0");
        }
    }

    @Test
    void a_database_url_that_cannot_be_parsed_is_refused_without_being_shown() throws Exception {
        Map<String, String> wrong = Map.of("DATABASE_URL", "postgres://owner:hunter-77@db.example:harbour/site");
        try (PackagedService service = PackagedService.launch(wrong)) {
            assertThat(service.exitCode(MAX_REFUSAL)).isEqualTo(1);
            assertThat(service.written("stderr").lines())
                    .singleElement()
                    .asString()
                    .startsWith("altcontext: DATABASE_URL cannot be used: ");
            assertThat(service.written("stdout") + service.written("stderr")).doesNotContain("hunter-77", "db.example");
        }
    }

    /** Sends an event to a property that does not exist. Until it has reached the database, the service cannot know this. */
    private static int statusOfNamedProperty(PackagedService service) throws Exception {
        return service.post(Load.event("anon-at-the-start").put("propertyId", "no-such-site"))
                .status();
    }

    private static int status(PackagedService service) throws Exception {
        return service.post(Load.event("anon-at-the-start")).status();
    }
}
