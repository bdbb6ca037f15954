package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.db.Sql;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which session an event joins. */
class EventSessionsTest extends EventStoreFixture {
    @Test
    void more_than_half_an_hour_without_an_event_ends_a_session() {
        write(visit(0), visit(30), visit(61));

        assertThat(database.texts("SELECT (last_event_at - started_at)::text FROM sessions ORDER BY started_at"))
                .containsExactly("00:30:00", "00:00:00");
    }

    @Test
    void another_campaign_begins_a_session_and_a_page_without_a_campaign_does_not() {
        write(visit(0).utmSource("ads"), visit(1), visit(2).utmSource("mail"), visit(3));

        assertThat(database.texts(
                        "SELECT s.utm_source || ' ' || count(*) FROM sessions s JOIN events e ON e.bucket = s.bucket AND e.session_id = s.id"
                                + " GROUP BY s.id, s.utm_source ORDER BY s.utm_source"))
                .containsExactly("ads 2", "mail 2");
    }

    @Test
    void batches_and_single_writes_make_the_same_sessions() {
        TestEvent[] visits = {visit(0), visit(20), visit(55).utmSource("ads"), visit(60), visit(120)};
        write(visits);
        List<String> together = database.texts("SELECT id::text FROM sessions ORDER BY started_at");
        empty();
        for (TestEvent visit : visits) {
            write(visit);
        }

        assertThat(database.texts("SELECT id::text FROM sessions ORDER BY started_at"))
                .isEqualTo(together)
                .hasSize(3);
    }

    @Test
    void a_late_event_moves_the_start_of_its_session_and_the_visitors_first_visit() {
        write(visit(40));
        Receipt late = receipt(write(visit(15)).getFirst());

        assertThat(database.count(
                        "SELECT count(*) FROM sessions WHERE id = ? AND started_at = ? AND last_event_at = ?",
                        late.sessionId(),
                        NOW.plus(Duration.ofMinutes(15)),
                        NOW.plus(Duration.ofMinutes(40))))
                .isEqualTo(1);
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(1);
        assertThat(database.count(
                        "SELECT count(*) FROM visitors WHERE first_seen_at = ?", NOW.plus(Duration.ofMinutes(15))))
                .isEqualTo(1);
    }

    @Test
    void a_late_event_between_two_sessions_joins_the_earlier_one() {
        Receipt early = receipt(write(visit(0)).getFirst());
        write(visit(50));

        Receipt between = receipt(write(visit(25)).getFirst());

        assertThat(between.sessionId()).isEqualTo(early.sessionId());
        assertThat(database.texts("SELECT (last_event_at - started_at)::text FROM sessions ORDER BY started_at"))
                .containsExactly("00:25:00", "00:00:00");
    }

    @Test
    void a_late_event_long_before_every_session_begins_a_session_of_its_own() {
        write(visit(0));
        write(TestEvent.at("visitor-0001", NOW).timestamp(NOW.minus(Duration.ofDays(6))));

        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(2);
        assertThat(database.count(
                        "SELECT count(*) FROM visitors WHERE first_seen_at = ?", NOW.minus(Duration.ofDays(6))))
                .isEqualTo(1);
    }

    @Test
    void a_visitor_is_first_seen_at_the_first_visit_as_a_person() {
        TestEvent act = TestEvent.at("visitor-0001", NOW);
        write(act.timestamp(NOW.minus(Duration.ofDays(4))).device(DeviceType.BOT));
        write(act.timestamp(NOW.minus(Duration.ofDays(2))));
        assertFirstSeen(NOW.minus(Duration.ofDays(2)));

        // Earlier events of a bot and later visits of the person do not change this time. An earlier visit of the
        // person does.
        write(act.timestamp(NOW.minus(Duration.ofDays(5))).device(DeviceType.BOT));
        write(act.timestamp(NOW.minus(Duration.ofDays(1))));
        assertFirstSeen(NOW.minus(Duration.ofDays(2)));
        write(act.timestamp(NOW.minus(Duration.ofDays(3))));
        assertFirstSeen(NOW.minus(Duration.ofDays(3)));

        empty();
        write(act.timestamp(NOW.minus(Duration.ofDays(4))).device(DeviceType.BOT), act);
        assertFirstSeen(NOW);
    }

    @Test
    void a_visitor_keeps_the_time_of_the_first_visit_when_that_visit_is_purged() {
        write(TestEvent.at("visitor-0001", NOW).timestamp(NOW.minus(Duration.ofDays(4))));
        database.run("DELETE FROM sessions");
        write(TestEvent.at("visitor-0001", NOW));

        assertFirstSeen(NOW.minus(Duration.ofDays(4)));
    }

    private void assertFirstSeen(Instant at) {
        assertThat(database.count("SELECT count(*) FROM visitors WHERE first_seen_at = ?", at))
                .isEqualTo(1);
    }

    /** Each machine writes a different event of the same visit. The two events must make one session. */
    @Test
    void two_machines_that_write_one_visit_at_once_make_one_session() throws Exception {
        Sql[] machines = {database.sql(), database.anotherMachine()};
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 25; round++) {
                CyclicBarrier together = new CyclicBarrier(2);
                List<Future<List<Outcome>>> writes = new ArrayList<>();
                for (int machine = 0; machine < 2; machine++) {
                    // The machines send the visitors in opposite order. Without a fixed order of locks, they would
                    // deadlock.
                    TestEvent[] sent = new TestEvent[20];
                    for (int i = 0; i < sent.length; i++) {
                        int visitor = machine == 0 ? i : sent.length - 1 - i;
                        sent[i] = TestEvent.at("round-" + round + "-visitor-" + visitor, NOW)
                                .path("/machine-" + machine);
                    }
                    Sql sql = machines[machine];
                    Callable<List<Outcome>> write = () -> {
                        together.await();
                        return write(sql, sent);
                    };
                    writes.add(pool.submit(write));
                }
                for (Future<List<Outcome>> write : writes) {
                    assertThat(write.get()).hasSize(20).allMatch(outcome -> outcome instanceof Outcome.Stored);
                }
            }
        }

        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(25 * 40);
        assertThat(database.count("SELECT count(*) FROM visitors")).isEqualTo(25 * 20);
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(25 * 20);
    }

    @Test
    void every_event_has_its_session_and_every_session_its_visitor() {
        write(
                visit(0),
                visit(45),
                TestEvent.at("visitor-0002", NOW),
                TestEvent.at("visitor-0003", NOW.minus(Duration.ofDays(5))));

        assertThat(
                        database.count(
                                "SELECT count(*) FROM events e LEFT JOIN sessions s ON s.bucket = e.bucket AND s.visitor_id = e.visitor_id"
                                        + " AND s.id = e.session_id WHERE s.id IS NULL OR e.occurred_at NOT BETWEEN s.started_at AND s.last_event_at"))
                .isZero();
        assertThat(database.count("SELECT count(*) FROM sessions s LEFT JOIN visitors v USING (bucket, visitor_id)"
                        + " WHERE v.visitor_id IS NULL OR v.first_seen_at > s.started_at"))
                .isZero();
    }

    @Test
    void a_landing_page_that_arrives_after_the_second_page_gives_the_session_its_origin() {
        write(visit(2).path("/pricing"));
        write(visit(1).path("/landing")
                .source(TrafficSource.EMAIL, new Utm("letter", "email", null, null, null), "mail.example")
                .device(DeviceType.MOBILE)
                .country("CA"));
        write(visit(3).utmSource("letter").path("/thanks"));

        assertThat(database.texts(
                        "SELECT concat_ws(' ', events, page_views, entry_path, exit_path, traffic_source, utm_source, utm_medium,"
                                + " referrer_host, device, country) FROM sessions"))
                .containsExactly("3 3 /landing /thanks email letter email mail.example mobile CA");
    }

    @Test
    void the_events_of_a_request_are_stored_in_order_of_time_and_answered_in_the_order_of_the_request() {
        List<Outcome> outcomes = write(
                visit(45).path("/third"),
                visit(20).path("/second"),
                visit(0).path("/first").utmSource("ads"));

        assertThat(database.texts("SELECT concat_ws(' ', events, entry_path, exit_path, utm_source) FROM sessions"))
                .containsExactly("3 /first /third ads");
        assertThat(outcomes)
                .map(outcome -> database.texts(
                                "SELECT path FROM events WHERE id = ?",
                                receipt(outcome).eventId())
                        .getFirst())
                .containsExactly("/third", "/second", "/first");
    }

    @Test
    void a_bots_event_does_not_move_a_persons_session() {
        write(visit(0));
        write(
                visit(-10).device(DeviceType.BOT),
                visit(10).device(DeviceType.BOT).path("/bot"));

        assertThat(
                        database.texts(
                                "SELECT concat_ws(' ', device, events, last_event_at - started_at, exit_path) FROM sessions ORDER BY device"))
                .containsExactly("bot 2 00:20:00 /bot", "desktop 1 00:00:00 /");
    }

    @Test
    void events_after_a_landing_page_from_a_spammer_are_a_bots_until_a_form_is_sent() {
        TestEvent landing = visit(0).source(TrafficSource.REFERRAL, Utm.NONE, "www.semalt.com")
                .device(DeviceType.BOT);
        write(landing.path("/landing"), visit(1).type("engagement"));

        assertThat(write(visit(2).path("/second")))
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.Stored.class,
                        stored -> assertThat(stored.device()).isEqualTo(DeviceType.BOT));
        write(visit(3).type("form_submit").path("/form"));
        write(visit(4).path("/thanks"));

        assertThat(
                        database.texts(
                                "SELECT concat_ws(' ', device, events, entry_path, exit_path) FROM sessions ORDER BY started_at"))
                .containsExactly("bot 3 /landing /second", "desktop 2 /thanks /thanks");
        assertThat(database.count(
                        "SELECT count(*) FROM events AS e JOIN sessions AS s ON s.bucket = e.bucket AND s.id = e.session_id"
                                + " WHERE e.device <> s.device"))
                .isZero();
    }

    @Test
    void a_form_that_names_a_campaign_does_not_split_the_session() {
        write(visit(0), visit(1).type("form_submit").utmSource("hidden-field"), visit(2));

        assertThat(database.texts("SELECT concat_ws(' ', events, conversions, utm_source) FROM sessions"))
                .containsExactly("3 1");
    }

    @Test
    void a_session_that_begins_without_a_page_view_gets_its_entrance_and_its_forms_later() {
        write(visit(0).type("cta_click").path("/button"));
        write(visit(1).path("/first"));
        write(visit(2).type("form_start").path("/form"));
        write(visit(3).path("/second"));
        write(visit(4).type("form_submit").path("/form"));
        write(visit(4).path("/third"), visit(5).path("/fourth"));

        assertThat(
                        database.texts(
                                "SELECT concat_ws(' ', entry_path, entry_at - started_at, exit_path, exit_at - started_at,"
                                        + " first_form_start - started_at, last_form_submit - started_at, events, page_views) FROM sessions"))
                .containsExactly("/first 00:01:00 /fourth 00:05:00 00:02:00 00:04:00 7 4");
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void an_event_finds_the_last_of_very_many_sessions() {
        write(visit(0));
        database.run("""
                INSERT INTO sessions (bucket, visitor_id, id, property_id, started_at, last_event_at, traffic_source, device)
                SELECT v.bucket, v.visitor_id, gen_random_uuid(), v.property_id, at, at, 'direct', 'desktop'
                FROM visitors v, generate_series(1, 80) AS n, LATERAL (SELECT v.first_seen_at + n * interval '1 second' AS at) AS t
                """);
        UUID last = UUID.fromString(database.texts("SELECT id::text FROM sessions ORDER BY started_at DESC LIMIT 1")
                .getFirst());

        assertThat(receipt(write(visit(2)).getFirst()).sessionId()).isEqualTo(last);
        assertThat(database.count("SELECT count(*) FROM sessions")).isEqualTo(81);
    }

    @Test
    @Tag("single-node") // Its SQL does not run on a cluster.
    void a_session_that_starts_between_two_milliseconds_is_found_by_its_key() {
        for (int micros : List.of(1, 123, 499, 500, 999)) {
            database.run("TRUNCATE visitors, sessions, events");
            write(visit(5));
            database.run(
                    "UPDATE sessions SET started_at = started_at - %1$d * interval '1 microsecond',".formatted(micros)
                            + " last_event_at = started_at - %1$d * interval '1 microsecond'".formatted(micros));

            write(visit(5).engaged(10));
            write(visit(6), visit(7).path("/last"));
            write(visit(4).path("/first").utmSource("first"));
            write(visit(8).type("form_start").path("/jo@example.org"));

            assertThat(
                            database.texts(
                                    "SELECT concat_ws(' ', property_id, last_event_at - started_at, events, entry_path, exit_path, utm_source) FROM sessions"))
                    .as("%s µs", micros)
                    .containsExactly("default 00:04:00 6 /first /last first");
        }
    }

    /** Both machines add events to the same session, and some of these events are the same on both. */
    @Test
    void two_machines_at_once_count_each_event_once() throws Exception {
        write(visit(0));
        Sql[] machines = {database.sql(), database.anotherMachine()};
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> writes = new ArrayList<>();
            for (int machine = 0; machine < 2; machine++) {
                Sql sql = machines[machine];
                int own = machine;
                writes.add(pool.submit(() -> {
                    for (int i = 0; i < 60; i++) {
                        write(
                                sql,
                                visit(1).eventId(new UUID(7, i)).path("/shared-" + i),
                                visit(2).eventId(new UUID(8 + own, i)).engaged(10));
                    }
                    return own;
                }));
            }
            for (Future<Integer> write : writes) {
                assertThat(write.get()).isBetween(0, 1);
            }
        }
        assertThat(database.texts("SELECT concat_ws(' ', events, page_views, engaged_ms, exit_path) FROM sessions"))
                .containsExactly("181 181 1200 /");
    }
}
