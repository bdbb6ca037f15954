package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.access.AccessKeys;
import com.altcontext.api.delivery.MailSender;
import com.altcontext.api.lead.WebhookSender;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Logged;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.ingest.BucketNodes;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.property.Properties;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The periodic jobs of the service. The tests call a job instead of waiting for its next run. */
@QuarkusTest
@WithTestResource(TestService.class)
class HousekeepingTest {
    private static final String TODAY = "(now() AT TIME ZONE 'UTC')::date";

    @Inject
    Housekeeping housekeeping;

    @Inject
    InstantSource clock;

    @Inject
    BacklogGauges backlog;

    @Inject
    WebhookSender webhook;

    @Inject
    MailSender mail;

    @Inject
    Sql sql;

    @Inject
    Scheduler scheduler;

    @Inject
    Properties properties;

    @Inject
    Goals goals;

    @Inject
    AccessKeys keys;

    @Inject
    BucketNodes nodes;

    /** Otherwise a run of the service's own could do the job in the middle of a test. */
    @BeforeEach
    void pauseJobs() {
        scheduler.pause();
    }

    @AfterEach
    void resumeJobs() {
        scheduler.resume();
    }

    @Test
    void the_rollup_of_today_includes_new_events() {
        StoredRows stored = new StoredRows(sql);
        String property = stored.newProperty(properties);
        Call.event(TestEvent.bodyWith("propertyId", property)).send();
        housekeeping.refreshRollups();
        assertThat(pageViewsOfToday(stored, property)).isEqualTo(1);

        Call.event(TestEvent.bodyWith("propertyId", property)).send();
        housekeeping.refreshRollups();
        assertThat(pageViewsOfToday(stored, property)).isEqualTo(2);
    }

    @Test
    void a_backlog_is_reported_until_it_is_worked_off() {
        StoredRows stored = new StoredRows(sql);
        housekeeping.makePartitions();
        rollUpGapsOfOtherTests();
        housekeeping.measureBacklog();
        assertThat(metric("altcontext_rollup_lag_days")).isZero();
        assertThat(metric("altcontext_rollup_gaps")).isZero();
        assertThat(metric("altcontext_events_strays")).isZero();

        stored.execute("DELETE FROM rollup_days WHERE day > " + TODAY + " - 4");
        stored.execute(eventOf(TODAY + " - 1"));
        stored.execute(eventOf("'2037-01-01'"));
        try {
            housekeeping.measureBacklog();
            assertThat(metric("altcontext_rollup_lag_days")).isEqualTo(4);
            assertThat(metric("altcontext_rollup_gaps"))
                    .as("days without events do not count")
                    .isEqualTo(daysWithEvents())
                    .isPositive();
            assertThat(metric("altcontext_events_strays")).isEqualTo(1);
        } finally {
            stored.execute("DELETE FROM events WHERE event_type = 'late'");
            rollUpGapsOfOtherTests();
        }
        housekeeping.measureBacklog();
        assertThat(metric("altcontext_rollup_lag_days")).isZero();
        assertThat(metric("altcontext_rollup_gaps")).isZero();
        assertThat(metric("altcontext_events_strays")).isZero();
    }

    @Test
    void expired_days_that_no_purge_removes_are_reported() {
        StoredRows stored = new StoredRows(sql);
        LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(65);
        stored.rows("SELECT to_jsonb(ensure_event_partition(?))::text", day);
        try {
            housekeeping.measureBacklog();
            assertThat(metric("altcontext_purge_overdue_days")).isZero();

            stored.execute(eventOf("'" + day + "'"));
            housekeeping.measureBacklog();
            assertThat(metric("altcontext_purge_overdue_days")).isEqualTo(5);
        } finally {
            stored.rows("SELECT to_jsonb(drop_event_partition(?))::text", day);
        }
        housekeeping.measureBacklog();
        assertThat(metric("altcontext_purge_overdue_days")).isZero();
    }

    @Test
    void a_clock_that_drifts_after_the_start_is_detected() {
        AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
        InstantSource drifting = () -> clock.instant().plus(ahead.get());
        DatabaseState database = new DatabaseState(sql, drifting);
        Housekeeping own =
                new Housekeeping(database, properties, goals, keys, nodes, sql, drifting, backlog, webhook, mail);
        own.measureClock();
        database.check();
        assertThat(database.clockSkew()).isLessThan(Duration.ofMinutes(1));

        ahead.set(Duration.ofHours(1));
        own.measureClock();
        assertThat(database.clockSkew()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));

        ahead.set(Duration.ZERO);
        own.measureClock();
        assertThat(database.clockSkew().abs()).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void a_clock_that_is_ahead_does_not_record_consent_as_expired() {
        StoredRows stored = new StoredRows(sql);
        String email = Forms.email();
        Call.capture(Forms.scripted(email).put("consentStatus", "implied")).send();
        InstantSource ahead = () -> clock.instant().plus(Duration.ofDays(400));
        DatabaseState database = new DatabaseState(sql, ahead);
        database.check();
        new Housekeeping(database, properties, goals, keys, nodes, sql, ahead, backlog, webhook, mail)
                .noteExpiredConsent();

        String ended = "SELECT to_jsonb(e)::text FROM expired_consents e JOIN consent_events c ON c.id = e.consent_id"
                + " JOIN leads l ON l.id = c.lead_id WHERE l.email = ?";
        assertThat(stored.rows(ended, email)).isEmpty();

        stored.execute(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at, expires_at)"
                        + " SELECT id, property_id, 'implied', 'form', 'f', 'workshops', now() - interval '1 day',"
                        + " now() - interval '1 second' FROM leads WHERE email = ?",
                email);
        housekeeping.noteExpiredConsent();
        assertThat(stored.rows(ended, email)).hasSize(1);
    }

    @Test
    void a_clock_that_is_days_ahead_causes_no_rollup_of_future_days() {
        InstantSource ahead = () -> clock.instant().plus(Duration.ofDays(3));
        DatabaseState database = new DatabaseState(sql, ahead);
        database.check();
        new Housekeeping(database, properties, goals, keys, nodes, sql, ahead, backlog, webhook, mail).refreshRollups();

        assertThat(sql.<Long>inTransaction(tx -> tx.queryOne(
                        "SELECT count(*) FROM rollup_days WHERE day > " + TODAY + " + 1", row -> row.number(1))))
                .isZero();
    }

    @Test
    void a_job_that_fails_on_every_run_is_logged_once_a_minute() {
        PGSimpleDataSource away = new PGSimpleDataSource();
        away.setPortNumbers(new int[] {1});
        DatabaseState database = new DatabaseState(sql, clock);
        database.check();
        Housekeeping own = new Housekeeping(
                database, new Properties(new Sql(away)), goals, keys, nodes, sql, clock, backlog, webhook, mail);
        try (Logged logged = new Logged()) {
            for (int i = 0; i < 3; i++) {
                own.refreshProperties();
            }
            assertThat(logged.lines())
                    .filteredOn(line -> line.contains("properties could not be refreshed"))
                    .hasSize(1);
        }
    }

    @Test
    void a_job_that_is_interrupted_by_the_shutdown_does_not_fail() {
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
        Sql closed = new Sql((DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    meanwhile.get().run();
                    throw new IllegalStateException("the container is closed");
                }));
        DatabaseState database = new DatabaseState(sql, clock);
        database.check();
        Housekeeping own = new Housekeeping(
                database, new Properties(closed), goals, keys, nodes, sql, clock, backlog, webhook, mail);
        assertThatThrownBy(own::refreshProperties)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the container is closed");

        meanwhile.set(() -> own.stop(new ShutdownEvent(), scheduler));
        scheduler.resume();
        assertThat(scheduler.isRunning()).isTrue();
        assertThatCode(own::refreshProperties).doesNotThrowAnyException();
        assertThat(scheduler.isRunning()).as("no job starts after the shutdown").isFalse();
    }

    private void rollUpGapsOfOtherTests() {
        Rollup rollup = new Rollup(sql, clock);
        new RollupDays(sql, clock).status().gaps().forEach(day -> rollup.run(day, null));
        housekeeping.refreshRollups();
    }

    /** Counts the days with events among those whose rollups the test deletes, except today. */
    private double daysWithEvents() {
        return sql.inTransaction(tx -> tx.queryOne(
                "SELECT count(DISTINCT day) FROM events WHERE day > " + TODAY + " - 4 AND day < " + TODAY,
                row -> row.number(1)));
    }

    private static String eventOf(String day) {
        return "INSERT INTO events (visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type,"
                + " path, traffic_source, device, is_conversion) SELECT gen_random_uuid(), gen_random_uuid(), day,"
                + " gen_random_uuid(), 'default', day::timestamp AT TIME ZONE 'UTC', now(), 'late', '/', 'direct', 'bot',"
                + " false FROM CAST(" + day + " AS date) AS day";
    }

    private static double metric(String name) {
        return Call.management("/metrics")
                .send()
                .text()
                .lines()
                .filter(line -> line.startsWith(name + ' '))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static long pageViewsOfToday(StoredRows stored, String property) {
        List<JsonNode> days = stored.rows(
                "SELECT to_jsonb(r)::text FROM daily_metric_rollups r WHERE property_id = ?" + " AND day = " + TODAY,
                property);
        assertThat(days).hasSize(1);
        return days.getFirst().path("page_views").asLong();
    }
}
