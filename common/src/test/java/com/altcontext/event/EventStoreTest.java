package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventStoreTest extends EventStoreFixture {
    @Test
    void an_event_is_stored_with_its_visitor_and_session() {
        Receipt receipt = receipt(write(visit(0)).getFirst());

        assertThat(database.count(
                        "SELECT count(*) FROM events WHERE id = ? AND visitor_id = ? AND session_id = ?",
                        receipt.eventId(),
                        receipt.visitorId(),
                        receipt.sessionId()))
                .isEqualTo(1);
        assertThat(database.count(
                        "SELECT count(*) FROM visitors WHERE visitor_id = ? AND first_seen_at = ?",
                        receipt.visitorId(),
                        NOW))
                .isEqualTo(1);
        assertThat(database.count(
                        "SELECT count(*) FROM sessions WHERE visitor_id = ? AND id = ? AND started_at = ? AND last_event_at = ?",
                        receipt.visitorId(),
                        receipt.sessionId(),
                        NOW,
                        NOW))
                .isEqualTo(1);
    }

    @Test
    void an_event_sent_twice_is_stored_once_and_gets_the_same_answer() {
        Outcome first = write(visit(0)).getFirst();
        Outcome second = write(visit(0)).getFirst();

        assertThat(first).isInstanceOf(Outcome.Stored.class);
        assertThat(second).isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(1);
    }

    @Test
    void identical_events_in_one_batch_are_stored_once() {
        List<Outcome> outcomes = write(visit(0), visit(0), visit(0));

        assertThat(outcomes).extracting(EventStoreTest::receipt).containsOnly(receipt(outcomes.getFirst()));
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(1);
    }

    /** The time of such an event is the time of receipt, so only its computed id shows that it is a repetition. */
    @Test
    void a_beacon_without_a_time_is_the_same_event_within_its_window_of_30_seconds() {
        TestEvent untimed = TestEvent.at("visitor-0001", NOW);

        Outcome first = write(untimed).getFirst();
        Outcome again = write(untimed.receivedAt(NOW.plusSeconds(29))).getFirst();
        Outcome later = write(untimed.receivedAt(NOW.plusSeconds(30))).getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(later).isInstanceOf(Outcome.Stored.class);
    }

    @ParameterizedTest(name = "a clock that is {0} ahead")
    @ValueSource(strings = {"PT11M", "P1D", "P3D"})
    void an_event_from_a_clock_that_is_ahead_is_recognized_once_its_time_has_come(Duration ahead) {
        TestEvent timed = TestEvent.at("visitor-0001", NOW.minus(ahead)).timestamp(NOW);

        Outcome first = write(timed).getFirst();
        // By now the event's time is plausible, so the event would be stored with this time.
        Outcome again = write(timed.receivedAt(NOW.minusSeconds(60))).getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.texts("SELECT occurred_at = '%s' FROM events".formatted(NOW.minus(ahead))))
                .containsExactly("t");
    }

    @Test
    void an_event_with_a_client_id_and_no_time_is_recognized_on_another_day() {
        TestEvent named =
                TestEvent.at("visitor-0001", NOW.minus(Duration.ofDays(3))).eventId(UUID.randomUUID());

        Outcome first = write(named).getFirst();
        Outcome again = write(named.receivedAt(NOW)).getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
    }

    @Test
    void an_event_with_a_client_id_is_recognized_if_its_first_copy_was_stored_on_the_next_day() {
        Instant beforeMidnight = NOW.truncatedTo(ChronoUnit.DAYS).minusSeconds(120);
        TestEvent named = TestEvent.at("visitor-0001", beforeMidnight).eventId(UUID.randomUUID());

        Outcome first = write(named.timestamp(beforeMidnight.plusSeconds(180))).getFirst();
        Outcome again = write(named.timestamp(beforeMidnight)).getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
    }

    @Test
    void a_bots_event_is_recognized_on_a_day_before_its_visitor_was_first_seen_as_a_person() {
        TestEvent named = TestEvent.at("visitor-0001", NOW.minus(Duration.ofDays(3)))
                .device(DeviceType.BOT)
                .eventId(UUID.randomUUID());
        Outcome first = write(named).getFirst();
        write(TestEvent.at("visitor-0001", NOW));

        Outcome again = write(named.receivedAt(NOW)).getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
    }

    @ParameterizedTest(name = "the second copy has a time of its own: {0}")
    @ValueSource(booleans = {true, false})
    void a_persons_event_is_recognized_if_its_first_copy_was_a_bots_before_its_visitor_was_seen_as_a_person(
            boolean isTimed) {
        TestEvent named = TestEvent.at("visitor-0001", NOW.minus(Duration.ofDays(5)))
                .device(DeviceType.BOT)
                .eventId(UUID.randomUUID());
        Outcome first = write(named).getFirst();
        write(TestEvent.at("visitor-0001", NOW.minus(Duration.ofDays(3))));

        TestEvent copy = named.device(DeviceType.DESKTOP).receivedAt(NOW);
        Outcome again = write(isTimed ? copy.timestamp(NOW.minus(Duration.ofDays(1))) : copy)
                .getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.count(
                        "SELECT count(*) FROM events WHERE id = ?",
                        receipt(first).eventId()))
                .isEqualTo(1);
    }

    @Test
    void an_event_of_a_visit_from_a_spammer_is_recognized_after_its_visitor_was_seen_as_a_person() {
        Instant landed = NOW.minus(Duration.ofDays(5));
        write(TestEvent.at("visitor-0001", landed)
                .source(TrafficSource.REFERRAL, Utm.NONE, "semalt.com")
                .device(DeviceType.BOT));
        TestEvent named = TestEvent.at("visitor-0001", landed.plusSeconds(60))
                .timestamp(landed.plusSeconds(60))
                .path("/b")
                .eventId(UUID.randomUUID());
        Outcome first = write(named).getFirst();
        write(TestEvent.at("visitor-0001", NOW.minus(Duration.ofDays(3))).path("/c"));

        // The copy's time has become too old to be accepted, so the time of receipt is taken.
        Outcome again = write(named.receivedAt(landed.plus(Duration.ofDays(8)))).getFirst();

        assertThat(first).isInstanceOf(Outcome.Stored.class);
        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.count(
                        "SELECT count(*) FROM events WHERE id = ?",
                        receipt(first).eventId()))
                .isEqualTo(1);
    }

    @Test
    void a_purged_event_that_is_sent_again_begins_a_new_session() {
        TestEvent named = TestEvent.at("visitor-0001", NOW).eventId(UUID.randomUUID());
        Receipt first = receipt(write(named).getFirst());
        database.run("TRUNCATE events");

        Outcome again = write(named.receivedAt(NOW.plus(Duration.ofDays(1)))).getFirst();

        assertThat(again).isInstanceOf(Outcome.Stored.class);
        assertThat(receipt(again).eventId()).isEqualTo(first.eventId());
        assertThat(receipt(again).sessionId()).isNotEqualTo(first.sessionId());
        assertThat(database.count("SELECT count(DISTINCT id) FROM sessions WHERE last_event_at = started_at"))
                .isEqualTo(2);
    }

    @Test
    @Tag("slow")
    void copies_with_one_client_id_are_one_row_in_one_session_whatever_their_times() {
        TestEvent named = TestEvent.at("visitor-0001", NOW).eventId(UUID.randomUUID());
        List<TestEvent> copies = List.of(
                named,
                named.timestamp(NOW),
                named.timestamp(NOW.minus(Duration.ofDays(3))),
                named.timestamp(NOW.minus(Duration.ofDays(6))),
                named.timestamp(NOW.plus(Duration.ofMinutes(4))),
                named.timestamp(NOW.minus(Duration.ofDays(300))),
                named.receivedAt(NOW.minus(Duration.ofDays(20))),
                named.receivedAt(NOW.minus(Duration.ofDays(2))).timestamp(NOW.minus(Duration.ofDays(9))));
        for (TestEvent first : copies) {
            for (TestEvent again : copies) {
                if (again.receivedAt().isBefore(first.receivedAt())) {
                    continue;
                }
                for (boolean together : List.of(true, false)) {
                    empty();
                    List<Outcome> outcomes = new ArrayList<>();
                    if (together) {
                        outcomes.addAll(write(first, again));
                    } else {
                        outcomes.addAll(write(first));
                        outcomes.addAll(write(again));
                    }
                    assertThat(outcomes.getLast())
                            .as("%s and then %s", first, again)
                            .isEqualTo(new Outcome.Duplicate(receipt(outcomes.getFirst())));
                    assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(1);
                    assertThat(database.texts("SELECT (last_event_at - started_at)::text FROM sessions"))
                            .containsExactly("00:00:00");
                }
            }
        }
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void a_copy_is_found_among_thousands_of_sessions_without_reading_each_of_them() {
        TestEvent first =
                TestEvent.at("visitor-many", NOW.minus(Duration.ofDays(6))).eventId(UUID.randomUUID());
        write(first);
        write(TestEvent.at("visitor-plain", NOW.minus(Duration.ofDays(6))).eventId(UUID.randomUUID()));
        write(TestEvent.at("visitor-plain", NOW.minusSeconds(50)).eventId(UUID.randomUUID()));
        database.run("""
                INSERT INTO sessions (bucket, visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT v.bucket, v.visitor_id, gen_random_uuid(), v.property_id, at, at, 'direct', 'desktop'
                FROM visitors v, generate_series(1, 10000) AS n,
                     LATERAL (SELECT '%s'::timestamptz - n * interval '50 seconds' AS at) AS t
                WHERE v.anon_id = 'visitor-many'
                """.formatted(NOW));

        DatabaseWork plain = work("visitor-plain");
        DatabaseWork many = work("visitor-many");

        assertThat(many.probesOfEvents).isEqualTo(plain.probesOfEvents).isPositive();
        assertThat(many.probesOfSessions).isEqualTo(plain.probesOfSessions);
        assertThat(many.rows).isLessThan(plain.rows + 300);
        assertThat(write(first.receivedAt(NOW)).getFirst()).isInstanceOf(Outcome.Duplicate.class);
        assertThat(work("visitor-new").probesOfEvents)
                .as("two or three days are searched for a visitor who cannot have been there before")
                .isLessThanOrEqualTo(3 * 100);
    }

    private record DatabaseWork(long probesOfEvents, long probesOfSessions, long rows) {}

    /** The work of the database to store a hundred events with new ids whose days are not certain. */
    private static DatabaseWork work(String anonId) {
        List<Event> events = IntStream.range(0, 100)
                .mapToObj(i ->
                        TestEvent.at(anonId, NOW).eventId(UUID.randomUUID()).event())
                .toList();
        return database.sql().inTransaction(tx -> {
            STORE.write(tx, events);
            return tx.queryOne("""
                            SELECT sum(idx_scan) FILTER (WHERE relname LIKE 'events%'),
                                   sum(idx_scan) FILTER (WHERE relname = 'sessions'),
                                   sum(idx_tup_fetch) + sum(seq_tup_read)
                            FROM pg_stat_xact_user_tables
                            """, row -> new DatabaseWork(row.number(1), row.number(2), row.number(3)));
        });
    }

    @Test
    void a_retry_is_recognized_even_if_its_time_has_become_too_old_to_be_accepted() {
        TestEvent sent =
                TestEvent.at("visitor-0001", NOW.minus(Duration.ofDays(2))).timestamp(NOW.minus(Duration.ofDays(8)));

        Outcome first = write(sent).getFirst();
        Outcome again = write(sent.receivedAt(NOW)).getFirst();

        assertThat(again).isEqualTo(new Outcome.Duplicate(receipt(first)));
    }

    @Test
    void a_duplicate_does_not_touch_its_session() {
        TestEvent first =
                TestEvent.at("visitor-0001", NOW).eventId(UUID.randomUUID()).utmSource("ads");
        write(first);
        write(visit(1).utmSource("mail"));

        write(first.receivedAt(NOW.plus(Duration.ofMinutes(2))));

        assertThat(database.texts(
                        "SELECT utm_source || ' ' || (last_event_at - started_at) FROM sessions ORDER BY started_at"))
                .containsExactly("ads 00:00:00", "mail 00:00:00");
    }

    @Test
    void the_same_browser_on_two_properties_is_two_visitors() {
        database.run("INSERT INTO properties (id, name) VALUES ('docs', 'Docs') ON CONFLICT DO NOTHING");

        List<Outcome> outcomes = write(visit(0), visit(0).property("docs"));

        assertThat(outcomes).extracting(outcome -> receipt(outcome).visitorId()).doesNotHaveDuplicates();
        assertThat(database.count("SELECT count(DISTINCT visitor_id) FROM sessions"))
                .isEqualTo(2);
    }

    @Test
    void a_session_keeps_the_hash_of_the_visitors_latest_address() {
        write(visit(0).address("192.0.2.1"));
        write(visit(5).address("192.0.2.2"));
        write(visit(3).address("192.0.2.3"));

        assertThat(database.texts("SELECT convert_from(substr(ip_hash, 1, 9), 'UTF8') FROM sessions"))
                .containsExactly("192.0.2.2");
    }

    @Test
    void events_of_a_day_without_a_partition_go_to_the_default_partition() {
        Instant future = NOW.plus(Duration.ofDays(30));

        write(TestEvent.at("visitor-0001", future));

        assertThat(database.count("SELECT count(*) FROM events_default")).isEqualTo(1);
        assertThat(write(TestEvent.at("visitor-0001", future)).getFirst()).isInstanceOf(Outcome.Duplicate.class);
    }

    @Test
    void json_and_text_in_every_script_are_stored_unchanged() {
        write(visit(0).path("/été/日本/😀").props("{\"n\":1.10,\"s\":\"\\\\ \\\" \\n\",\"deep\":[1,[2,{\"x\":null}]]}"));

        assertThat(database.texts("SELECT path FROM events")).containsExactly("/été/日本/😀");
        assertThat(database.texts("SELECT props ->> 'n' FROM events")).containsExactly("1.10");
        assertThat(database.texts("SELECT props ->> 's' FROM events")).containsExactly("\\ \" \n");
    }
}
