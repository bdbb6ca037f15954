package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A reachable database that refuses statements or connections: the affected routes answer 503 and write nothing. */
class DatabaseRefusingIT {
    private static final String ADMIN_KEY = "an admin key of the tests, long enough";
    private static final List<String> WRITTEN = List.of(
            "visitors",
            "sessions",
            "events",
            "leads",
            "lead_identities",
            "form_submissions",
            "consent_events",
            "unsubscribe_requests",
            "erasure_log",
            "audit_log");

    private final String url = TestDatabase.fresh();
    private final Sql owner = Database.at(url).sql();
    private final String role = "service_" + UUID.randomUUID().toString().replace("-", "");
    private final String email = Forms.email();
    private String unsubscribeLink = "";

    @Test
    void a_database_that_is_read_only_or_full_or_accepts_no_connections_causes_503s_and_no_partial_writes()
            throws Exception {
        Migrations.of(DatabaseUrl.parse(url)).apply();
        run(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'service'",
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role,
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO " + role,
                """
                CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$
                """);
        try (PackagedService service = PackagedService.on(as(role), limits())) {
            assertThat(service.post("/v1/leads/capture", Forms.scripted(email)).status())
                    .isEqualTo(200);
            unsubscribeLink = "/v1/leads/unsubscribe/"
                    + new UnsubscribeToken(TestService.PEPPER).of(new UnsubscribeToken.Subject(leadId(), "default"));
            Map<String, Integer> rows = rows();

            alter("SET default_transaction_read_only = on");
            assertThat(statuses(service, writing())).containsOnly(503);
            assertThat(statuses(service, reading())).containsOnly(200);
            assertThat(rows()).isEqualTo(rows);
            run("ALTER ROLE " + role + " RESET default_transaction_read_only");
            StoredRows.await(() -> status(service, event()), 202);
            StoredRows.await(() -> status(service, writing().get(2)), 200);
            rows = rows();

            for (String table : WRITTEN) {
                run("CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON " + table
                        + " FOR EACH STATEMENT EXECUTE FUNCTION disk_full()");
            }
            assertThat(statuses(service, writing())).containsOnly(503);
            assertThat(statuses(service, reading())).containsOnly(200);
            for (String table : WRITTEN) {
                run("DROP TRIGGER full_disk ON " + table);
            }
            assertThat(rows()).isEqualTo(rows);

            alter("CONNECTION LIMIT 0");
            assertThat(statuses(service, writing())).containsOnly(503);
            assertThat(statuses(service, reading())).containsOnly(503);
            assertThat(service.health()).isEqualTo("200");
            alter("CONNECTION LIMIT 100");
            assertThat(rows()).isEqualTo(rows);

            StoredRows.await(() -> status(service, event()), 202);
            assertThat(statuses(service, writing())).containsOnly(200, 202, 303);
            assertThat(statuses(service, reading())).containsOnly(200);
            assertThat(new StoredRows(owner).leads(email))
                    .as("leads after the erasure")
                    .isEmpty();
        }
    }

    @Test
    void a_request_that_waits_too_long_for_a_lock_is_canceled_in_the_database_and_gets_503() throws Exception {
        Migrations.of(DatabaseUrl.parse(url)).apply();
        try (PackagedService service = PackagedService.on(url, limits())) {
            assertThat(service.post("/v1/leads/capture", Forms.scripted(email)).status())
                    .isEqualTo(200);
            unsubscribeLink = "/v1/leads/unsubscribe/"
                    + new UnsubscribeToken(TestService.PEPPER).of(new UnsubscribeToken.Subject(leadId(), "default"));
            Map<String, Integer> rows = rows();
            List<Request> waiting = writing().subList(0, 6);

            List<Integer> statuses = owner.inTransaction(tx -> {
                tx.update("LOCK TABLE " + String.join(", ", WRITTEN) + " IN ACCESS EXCLUSIVE MODE");
                List<Integer> ended = statuses(service, waiting);
                // A request may be answered a moment before the server ends its statement. Only a new transaction sees
                // new activities.
                StoredRows.await(() -> owner.inTransaction(DatabaseRefusingIT::waiting), List.of());
                return ended;
            });
            assertThat(statuses).containsOnly(503);
            assertThat(rows()).isEqualTo(rows);
            assertThat(statuses(service, waiting)).containsOnly(200, 202, 303);
        }
    }

    /** Returns the statements that wait for a lock, except the query of the outbox: no request waits for it. */
    private static List<String> waiting(Tx tx) {
        return tx.query("""
                SELECT query FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query NOT LIKE '%WITH due AS%'
                """, row -> row.text(1));
    }

    private record Request(String method, String path, String type, String body) {}

    private Request event() {
        return new Request(
                "POST",
                "/v1/events",
                "application/json",
                Load.event("anon-unwilling").toString());
    }

    /** Returns requests to the routes that write. Those of the operator come last. */
    private List<Request> writing() {
        return List.of(
                event(),
                new Request("POST", "/v1/events/batch", "application/json", "[" + Load.event("anon-unwilling") + "]"),
                new Request(
                        "POST",
                        "/v1/leads/capture",
                        "application/json",
                        Forms.scripted(email)
                                .put("formName", UUID.randomUUID().toString())
                                .toString()),
                new Request(
                        "POST",
                        "/v1/leads/capture",
                        "application/x-www-form-urlencoded",
                        "email=" + email + "&formName=" + UUID.randomUUID()),
                new Request(
                        "POST",
                        "/v1/leads/unsubscribe",
                        "application/json",
                        Forms.minimal(email).toString()),
                new Request("POST", unsubscribeLink, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
                new Request("POST", "/v1/dashboard/leads.csv", "application/json", "{}"),
                new Request(
                        "POST",
                        "/v1/leads/delete",
                        "application/json",
                        Forms.minimal(email).toString()));
    }

    private List<Request> reading() {
        return List.of(
                new Request("GET", "/v1/metrics/summary?window=7", "", ""),
                new Request("GET", "/v1/metrics/breakdown?dimension=path&window=7", "", ""),
                new Request("GET", "/v1/dashboard/properties", "", ""),
                new Request("GET", "/v1/dashboard/leads", "", ""));
    }

    private static List<Integer> statuses(PackagedService service, List<Request> requests) {
        List<Integer> statuses = new ArrayList<>();
        for (Request request : requests) {
            statuses.add(status(service, request));
        }
        return statuses;
    }

    private static int status(PackagedService service, Request request) {
        try {
            Call.Answer answer = service.ask(
                    request.method,
                    request.path,
                    request.body,
                    Map.of("content-type", request.type, "x-admin-key", ADMIN_KEY));
            if (answer.status() == 503) {
                assertThat(answer.header("retry-after")).as(request.path).isNotNull();
                if (request.path.endsWith("/capture") && request.type.endsWith("-urlencoded")) {
                    assertThat(answer.text()).startsWith("<!doctype html>").contains("Please try again in a moment");
                } else {
                    assertThat(answer.text()).isEqualTo("{\"ok\":false,\"error\":\"unavailable\"}");
                }
            }
            return answer.status();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Map<String, String> limits() {
        return Map.of(
                "ADMIN_API_KEY",
                ADMIN_KEY,
                "RATE_LIMIT_LEADS",
                "1000000",
                "RATE_LIMIT_UNSUBSCRIBE",
                "1000000",
                "RATE_LIMIT_LEAD_DELETE",
                "1000000",
                "METRICS_SUMMARY_CACHE_MAX_ENTRIES",
                "0");
    }

    private UUID leadId() {
        return UUID.fromString(new StoredRows(owner).lead(email).path("id").asText());
    }

    private Map<String, Integer> rows() {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (String table : WRITTEN) {
            rows.put(
                    table,
                    owner.inTransaction(
                            tx -> tx.queryOne("SELECT count(*) FROM " + table, row -> (int) row.number(1))));
        }
        return rows;
    }

    private void run(String... statements) {
        owner.inTransaction(tx -> {
            for (String statement : statements) {
                tx.update(statement);
            }
            return statements.length;
        });
    }

    /** Changes the role of the service and ends its connections, because open connections keep the old settings. */
    private void alter(String change) {
        run("ALTER ROLE " + role + " " + change);
        run("DO $$ BEGIN PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '" + role
                + "'; END $$");
    }

    private String as(String user) {
        URI uri = URI.create(url);
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return uri.getScheme() + "://" + user + ":service@" + uri.getHost() + ":" + uri.getPort() + uri.getPath()
                + query;
    }
}
