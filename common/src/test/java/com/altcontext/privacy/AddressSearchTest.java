package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.audit.Caller;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.EventStore;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The cost of a search for an address: counted, not timed. */
class AddressSearchTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final Email BOB = new Email("bob@x.ca");
    private static final AddressPattern ADDRESS = AddressPattern.of(BOB);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    /** A document with 250 keys whose values are almost the address. */
    private static final String NEARLY = props("jimbob@x.ca bob@x.ca.example");

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static String props(String value) {
        StringBuilder props = new StringBuilder("{");
        for (int i = 0; i < 250; i++) {
            props.append(i == 0 ? "" : ",")
                    .append("\"k")
                    .append(i)
                    .append("\":\"")
                    .append(value)
                    .append('"');
        }
        return props.append('}').toString();
    }

    private static void send(int events, String props) {
        List<com.altcontext.event.Event> sent = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            sent.add(TestEvent.at("visitor-%04d".formatted(i % 7), NOW)
                    .eventId(UUID.randomUUID())
                    .props(props)
                    .event());
        }
        var _ = database.sql().inTransaction(tx -> EVENTS.write(tx, sent));
    }

    /** The number of calls of a function in the transaction. */
    private static long calls(Tx tx, String function) {
        return tx.queryOne(
                "SELECT coalesce(sum(calls), 0) FROM pg_stat_xact_user_functions WHERE funcname = ?",
                row -> row.number(1),
                function);
    }

    /** The rows of events that the transaction read by a sequential scan and by an index. */
    private static List<Long> read(Tx tx) {
        return tx.queryOne("""
                        SELECT sum(seq_tup_read), sum(idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname LIKE 'events%'
                        """, row -> List.of(row.number(1), row.number(2)));
    }

    private static <T> T counted(Sql.Work<T> work) {
        return database.sql().inTransaction(tx -> {
            tx.update("SET LOCAL track_functions = 'all'");
            PersonalDataColumns.searchByIndex(tx);
            return work.in(tx);
        });
    }

    @Test
    @Tag("single-node") // Nodes count what they read in their own processes.
    void only_events_that_hold_an_at_sign_are_read() {
        send(500, "{\"plan\": \"pro\", \"price\": 40}");
        send(3, "{\"to\": \"%40\"}");
        send(2, "{\"to\": \"ann@x.ca\"}");

        List<Long> read = counted(tx -> {
            assertThat(PersonalDataColumns.EVENTS.eraseExceptOf(tx, List.of(), ADDRESS))
                    .isZero();
            return read(tx);
        });

        assertThat(read).containsExactly(0L, 5L);
    }

    /** The plan for a table without a useful index looks so costly that PostgreSQL would compile it. */
    @Test
    void no_statement_is_compiled() {
        List<String> jit = counted(tx -> tx.query("SHOW jit", row -> row.text(1)));

        assertThat(jit).containsExactly("off");
    }

    /** Only marked events are searched. An address in a text that does not mark its event would never be erased. */
    @Test
    void an_at_sign_in_any_text_of_an_event_marks_the_event() {
        String at = "bob@x.ca";
        TestEvent plain = TestEvent.at("visitor-marks", NOW);
        Map<String, TestEvent> byColumn = Map.ofEntries(
                Map.entry("event_type", plain.type(at)),
                Map.entry("path", plain.path(at)),
                Map.entry("referrer", plain.referrer(at)),
                Map.entry("referrer_host", plain.source(TrafficSource.REFERRAL, Utm.NONE, at)),
                Map.entry("hostname", plain.hostname(at)),
                Map.entry("utm_source", plain.utm(new Utm(at, null, null, null, null))),
                Map.entry("utm_medium", plain.utm(new Utm(null, at, null, null, null))),
                Map.entry("utm_campaign", plain.utm(new Utm(null, null, at, null, null))),
                Map.entry("utm_term", plain.utm(new Utm(null, null, null, at, null))),
                Map.entry("utm_content", plain.utm(new Utm(null, null, null, null, at))),
                Map.entry("props", plain.props("{\"to\":\"" + at + "\"}")));

        assertThat(plain.event().mayHoldAddress()).isFalse();
        assertThat(byColumn.keySet())
                .containsAll(PersonalDataColumns.EVENTS.texts())
                .containsAll(PersonalDataColumns.EVENTS.documents());
        byColumn.forEach((column, event) ->
                assertThat(event.event().mayHoldAddress()).as(column).isTrue());
    }

    @Test
    void the_writer_marks_exactly_the_events_that_contain_an_at_sign() {
        List<com.altcontext.event.Event> sent = new ArrayList<>();
        for (String text :
                List.of("plain", "40", "%41", "a@b", "%40", "%2540", "100 % of 40", "４０％", "é@", "\\\\u0040")) {
            sent.add(TestEvent.at("visitor-marks", NOW).path("/" + text).event());
            sent.add(TestEvent.at("visitor-marks", NOW)
                    .props("{\"" + text + "\":1}")
                    .event());
            sent.add(TestEvent.at("visitor-marks", NOW).utmSource(text).event());
            sent.add(TestEvent.at("visitor-marks", NOW).type(text).event());
        }
        var _ = database.sql().inTransaction(tx -> EVENTS.write(tx, sent));

        String mark = "coalesce(may_hold_address, false)";
        assertThat(database.count("SELECT count(*) FROM events WHERE " + mark)).isEqualTo(4 * 6);
        assertThat(database.count("SELECT count(*) FROM events WHERE " + mark
                        + " <> holds_at_sign(concat_ws(' ', path, event_type, utm_source, props::text))"))
                .isZero();
    }

    @Test
    void the_document_of_an_event_that_nearly_matches_is_never_taken_apart() {
        send(200, NEARLY);

        counted(tx -> {
            assertThat(PersonalDataColumns.EVENTS.eraseExceptOf(tx, List.of(), ADDRESS))
                    .isZero();
            assertThat(PersonalDataColumns.EVENTS.count(tx, ADDRESS)).isZero();
            assertThat(calls(tx, "erased")).isZero();
            assertThat(calls(tx, "document_texts")).isZero();
            return read(tx);
        });
    }

    @Test
    @Tag("single-node") // Nodes count their own calls.
    void an_event_that_matches_is_taken_apart_once_however_many_keys_it_has() {
        send(20, props("bob@x.ca"));

        long calls = counted(tx -> {
            assertThat(PersonalDataColumns.EVENTS.eraseExceptOf(tx, List.of(), ADDRESS))
                    .isEqualTo(20);
            return calls(tx, "erased");
        });

        assertThat(calls).isEqualTo(20);
        assertThat(database.count("SELECT count(*) FROM events WHERE props::text LIKE '%bob%'"))
                .isZero();
    }

    @Test
    @Tag("single-node") // Nodes count what they read in their own processes.
    void an_erasure_and_an_export_never_scan_a_table_that_grows() {
        send(50, "{\"plan\": \"pro\"}");
        send(5, NEARLY);
        var _ = new Leads(database.sql(), EVENTS, new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE))
                .capture(TestForm.by("bob@x.ca", NOW).visitor("visitor-bob1").capture());
        database.run("ANALYZE");
        String scans = """
                SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables
                WHERE relname IN ('sessions', 'visitors', 'form_submissions', 'daily_dimension_rollups') OR relname LIKE 'events%'
                """;
        String looks = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'visitors_with_at_sign'";
        long scansBefore = settled(scans);
        long looksBefore = database.count(looks);
        assertThat(new Erasure(database.sql(), new KeyedHash("a pepper")).erase(BOB, "test", NOW))
                .isPresent();
        assertThat(new Export(database.sql(), (lead, property) -> null, new KeyedHash("a pepper"))
                        .write(new Export.ExportRequest(BOB, Caller.ALTOPS, NOW), new StringBuilder()))
                .isFalse();
        // A server process reports its counts when it ends, which is after its client has the answer.
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> database.count(looks) >= looksBefore + 2);

        assertThat(settled(scans)).isEqualTo(scansBefore);
    }

    /** The final count, once the processes of earlier connections have ended. */
    private static long settled(String count) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> database.count("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                        """) == 0);
        return database.count(count);
    }

    @Test
    void partitions_of_future_days_have_the_index_too() {
        database.run(
                "SELECT ensure_event_partition((now() AT TIME ZONE 'UTC')::date + 20) IS NULL AS made INTO TEMPORARY made");

        assertThat(database.count("""
                SELECT count(*) FROM pg_inherits
                WHERE inhparent = 'events'::regclass AND NOT EXISTS (
                    SELECT FROM pg_inherits AS i JOIN pg_index ON indexrelid = i.inhrelid
                    WHERE i.inhparent = 'events_with_at_sign'::regclass AND indrelid = pg_inherits.inhrelid)
                """)).isZero();
    }

    /** Anyone can create a visitor with one event. The server has room for about 7000 locks. */
    @Test
    @Tag("slow")
    void more_visitors_than_one_transaction_can_lock_are_erased() {
        database.run("""
                INSERT INTO visitors (bucket, visitor_id, property_id, anon_id, first_seen_at)
                SELECT bucket_of(id), id, 'default', n || ' bob@x.ca', now()
                FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 20000) AS n) AS made
                """, """
                INSERT INTO sessions (bucket, visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT bucket, visitor_id, gen_random_uuid(), 'default', now(), now(), 'direct', 'desktop' FROM visitors
                """);
        long logged = database.count("SELECT coalesce(max(id), 0) FROM erasure_log");

        Erased erased = new Erasure(database.sql(), new KeyedHash("a pepper"))
                .erase(BOB, "test", NOW)
                .orElseThrow();

        assertThat(List.of(erased.visitors(), erased.sessions())).containsOnly(20_000L);
        assertThat(database.count("SELECT (SELECT count(*) FROM visitors) + (SELECT count(*) FROM sessions)"))
                .isZero();
        assertThat(database.texts(
                        "SELECT concat_ws(' ', count(*), sum((counts ->> 'visitors')::int)) FROM erasure_log WHERE id > ?",
                        logged))
                .containsExactly("40 20000");
    }

    @Test
    void an_erasure_that_fails_has_logged_the_visitors_that_it_erased_in_earlier_transactions() {
        send(1, props("bob@x.ca"));
        database.run("""
                INSERT INTO visitors (bucket, visitor_id, property_id, anon_id, first_seen_at)
                SELECT bucket_of(id), id, 'default', n || ' bob@x.ca', now()
                FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 501) AS n) AS made
                """, "ALTER TABLE erasure_log ADD CONSTRAINT fails CHECK (counts ->> 'changed' = '0') NOT VALID");
        long logged = database.count("SELECT coalesce(max(id), 0) FROM erasure_log");
        Erasure erasure = new Erasure(database.sql(), new KeyedHash("a pepper"));
        try {
            assertThatThrownBy(() -> erasure.erase(BOB, "test", NOW)).isInstanceOf(SqlFailure.class);
        } finally {
            database.run("ALTER TABLE erasure_log DROP CONSTRAINT fails");
        }
        String counts = "SELECT concat_ws(' ', erased_by, counts ->> 'visitors', counts ->> 'changed') FROM erasure_log"
                + " WHERE id > ? ORDER BY id";
        assertThat(database.texts(counts, logged)).containsExactly("test 500 0");

        assertThat(erasure.erase(BOB, "test", NOW))
                .get()
                .extracting(Erased::visitors)
                .isEqualTo(1L);
        assertThat(database.texts(counts, logged)).containsExactly("test 500 0", "test 1 1");
    }

    @Test
    void an_erasure_beyond_the_deadline_is_given_up_and_changes_nothing() {
        send(3, props("bob@x.ca"));
        Erasure hurried = new Erasure(database.sql(), new KeyedHash("a pepper")).within(Duration.ofMillis(500));

        database.anotherMachine().inTransaction(other -> {
            LeadLock.take(other, BOB);
            assertThatThrownBy(() -> hurried.erase(BOB, "test", NOW)).isInstanceOf(TookTooLong.class);
            return other.query("SELECT 1", row -> row.number(1));
        });

        assertThat(database.count("SELECT count(*) FROM events WHERE props::text LIKE '%bob@x.ca%'"))
                .isEqualTo(3);
        assertThat(hurried.within(Duration.ofMinutes(5)).erase(BOB, "test", NOW))
                .get()
                .extracting(Erased::changed)
                .isEqualTo(3L);
    }

    @Test
    void an_export_beyond_the_deadline_writes_nothing() {
        send(1, "{}");
        StringBuilder out = new StringBuilder();
        Export hurried = new Export(database.sql(), (lead, property) -> null, new KeyedHash("a pepper"))
                .within(Duration.ofMillis(500));

        database.anotherMachine().inTransaction(other -> {
            other.update("LOCK TABLE visitors IN ACCESS EXCLUSIVE MODE");
            assertThatThrownBy(() -> hurried.write(new Export.ExportRequest(BOB, Caller.ALTOPS, NOW), out))
                    .isInstanceOf(TookTooLong.class);
            return 0;
        });

        assertThat(out).isEmpty();
    }
}
