package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.MailServer;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.ScriptedSmtp;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.devdb.Ports;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mail that was put into the outbox arrives, no matter when the service is killed. */
class MailDeliveryIT {
    private final String url = Database.migrated().url();
    private final Sql sql = Database.at(url).sql();
    private final StoredRows stored = new StoredRows(sql);
    private final String email = Forms.email();
    private final int port = Ports.free();

    @BeforeEach
    void askForConfirmation() {
        stored.execute("UPDATE properties SET confirm = true");
    }

    private PackagedService service() {
        return PackagedService.on(
                url,
                Map.of(
                        "SMTP_URL", "smtp://127.0.0.1:" + port,
                        "MAIL_FROM", "news@example.ca",
                        "PUBLIC_URL", "https://api.example.com"));
    }

    private long waiting() {
        return sql.inTransaction(tx -> tx.queryOne("SELECT count(*) FROM outbox", row -> row.number(1)));
    }

    private void capture(PackagedService service) throws IOException {
        Call.Answer answer =
                service.post("/v1/leads/capture", Forms.scripted(email).put("consentStatus", "express"));
        assertThat(answer.status()).isEqualTo(200);
    }

    private void letTimePass() {
        stored.execute("UPDATE outbox SET next_attempt_at = now() - interval '1 second'");
    }

    @Test
    void a_service_that_is_killed_between_the_capture_and_the_mail_sends_the_mail_after_its_next_start()
            throws Exception {
        try (PackagedService service = service()) {
            capture(service);
            service.kill();
        }
        assertThat(waiting()).isEqualTo(1);

        letTimePass();
        try (MailServer server = new MailServer(port);
                PackagedService _ = service()) {
            server.await(email, 1);
            StoredRows.await(this::waiting, 0L);
            assertThat(server.to(email)).hasSize(1);
        }
    }

    @Test
    void a_service_that_is_killed_before_it_removes_a_sent_mail_sends_it_twice_at_most() throws Exception {
        DatabaseUrl at = DatabaseUrl.parse(url);
        try (MailServer server = new MailServer(port)) {
            try (PackagedService service = service();
                    Connection holder = DriverManager.getConnection(at.jdbcUrl(), at.user(), at.password())) {
                holdRemovals(holder);
                capture(service);
                server.await(email, 1);
                service.kill();
            }
            stored.execute("DROP TRIGGER wait ON outbox");
            assertThat(waiting()).isEqualTo(1);

            letTimePass();
            try (PackagedService _ = service()) {
                StoredRows.await(this::waiting, 0L);
                assertThat(server.to(email)).hasSize(2);
                assertThat(server.to(email))
                        .as("mail programs can tell by the Message-ID that both are the same mail")
                        .extracting(mail -> mail.header("Message-ID"))
                        .containsOnly(server.to(email).getFirst().header("Message-ID"));
            }
        }
    }

    /** Makes deletions of messages wait until this connection ends. */
    private void holdRemovals(Connection holder) throws SQLException {
        stored.execute("""
                CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock(1);
                    RETURN OLD;
                END $$
                """);
        stored.execute("CREATE TRIGGER wait BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION wait_for_test()");
        try (var lock = holder.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(1)");
        }
    }

    @Test
    void a_server_with_an_untrusted_certificate_gets_no_mail() throws Exception {
        try (MailServer server = MailServer.withUnknownCertificate();
                PackagedService service = PackagedService.on(
                        url,
                        Map.of(
                                "SMTP_URL", "smtps://user:password@127.0.0.1:" + server.port(),
                                "MAIL_FROM", "news@example.ca",
                                "PUBLIC_URL", "https://api.example.com"))) {
            capture(service);
            StoredRows.await(
                    () -> stored.rows("SELECT to_jsonb(o)::text FROM outbox AS o WHERE last_error LIKE 'failed: %'")
                            .size(),
                    1);
            assertThat(server.to(email)).isEmpty();
            assertThat(service.written("stdout") + service.written("stderr")).doesNotContain(email);
        }
    }

    @Test
    void the_log_does_not_quote_a_server_that_refuses_the_login() throws Exception {
        try (ScriptedSmtp _ = new ScriptedSmtp(
                        port,
                        Map.of(
                                "EHLO",
                                "250-here\r\n250 AUTH LOGIN PLAIN",
                                "AUTH",
                                "535 5.7.8 wrong password of our-user"));
                PackagedService service = PackagedService.on(
                        url,
                        Map.of(
                                "SMTP_URL", "smtp://our-user:password@127.0.0.1:" + port,
                                "MAIL_FROM", "news@example.ca",
                                "PUBLIC_URL", "https://api.example.com"))) {
            capture(service);
            StoredRows.await(
                    () -> stored.rows("SELECT to_jsonb(o)::text FROM outbox AS o WHERE last_error = 'answered 535'")
                            .size(),
                    1);
            assertThat(service.written("stdout") + service.written("stderr"))
                    .contains("answered 535")
                    .doesNotContain("our-user");
        }
    }
}
