package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which session an engagement event joins, and what it does not change. */
class EngagementSessionsTest extends EventStoreFixture {
    private static final String SESSIONS =
            "SELECT concat_ws(' ', events, engaged_ms, utm_source, last_event_at - started_at) FROM sessions ORDER BY started_at";

    private static TestEvent engagement(int minute) {
        return visit(minute).type("engagement").engaged(1_000);
    }

    @Test
    void an_engagement_extends_a_running_session_and_is_only_added_to_an_ended_one() {
        write(visit(0), visit(20).type("engagement").engaged(1_000));
        write(visit(20 + 31).type("engagement").engaged(2_000));
        write(visit(20 + 24 * 60).type("engagement").engaged(4_000));
        assertThat(
                        database.texts(
                                "SELECT concat_ws(' ', events, engagements, engaged_ms, last_event_at - started_at) FROM sessions"))
                .containsExactly("4 3 7000 00:20:00");
        assertThat(database.count(
                        "SELECT count(*) FROM events e JOIN sessions s ON s.bucket = e.bucket AND s.id = e.session_id"
                                + " WHERE e.occurred_at NOT BETWEEN s.started_at AND s.last_event_at"))
                .isZero();

        List<Outcome> late = write(visit(20 + 24 * 60 + 1).type("engagement").engaged(8_000));

        assertThat(late).containsExactly(new Outcome.Dropped(Outcome.DropReason.ENGAGEMENT_WITHOUT_SESSION));
        assertThat(database.count("SELECT count(*) FROM events")).isEqualTo(4);
    }

    @Test
    void an_engagement_that_is_sent_twice_is_added_once() {
        TestEvent late = visit(600).type("engagement").engaged(1_000).eventId(UUID.randomUUID());
        write(visit(0));
        write(late);

        assertThat(write(late.receivedAt(NOW.plus(Duration.ofMinutes(700)))).getFirst())
                .isInstanceOf(Outcome.Duplicate.class);
        assertThat(database.texts("SELECT concat_ws(' ', events, engaged_ms) FROM sessions"))
                .containsExactly("2 1000");
    }

    @Test
    void a_repeated_engagement_without_an_id_is_recognized_at_the_end_of_yesterdays_session() {
        Instant midnight = NOW.truncatedTo(ChronoUnit.DAYS);
        write(TestEvent.at("visitor-0001", midnight.minusSeconds(3_600)));
        TestEvent untimed = TestEvent.at("visitor-0001", midnight.plusSeconds(3_600))
                .type("engagement")
                .engaged(1_000);

        Outcome first = write(untimed).getFirst();

        assertThat(write(untimed.receivedAt(midnight.plusSeconds(3_610))).getFirst())
                .isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.texts(SESSIONS)).containsExactly("2 1000 00:00:00");
    }

    @Test
    void a_repeated_engagement_without_an_id_is_recognized_at_the_start_of_tomorrows_session() {
        Instant midnight = NOW.truncatedTo(ChronoUnit.DAYS);
        write(TestEvent.at("visitor-0001", midnight.minusSeconds(120)).timestamp(midnight.plusSeconds(60)));
        TestEvent untimed = TestEvent.at("visitor-0001", midnight.minusSeconds(90))
                .type("engagement")
                .engaged(1_000);

        Outcome first = write(untimed).getFirst();

        assertThat(write(untimed.receivedAt(midnight.minusSeconds(85))).getFirst())
                .isEqualTo(new Outcome.Duplicate(receipt(first)));
        assertThat(database.texts(SESSIONS)).containsExactly("2 1000 00:00:00");
    }

    @Test
    void a_late_engagement_joins_the_session_before_it_and_takes_no_campaign_from_the_next() {
        TestEvent[] sent = {
            visit(0).path("/a"),
            visit(70).path("/b").source(TrafficSource.EMAIL, new Utm("letter", "email", null, null, null), null),
            engagement(50).path("/a"),
            visit(71).path("/c").utmSource("letter").utm(new Utm("letter", "email", null, null, null))
        };
        for (TestEvent event : sent) {
            write(event);
        }
        List<String> oneByOne = database.texts(SESSIONS);
        empty();
        write(sent);

        assertThat(oneByOne)
                .isEqualTo(database.texts(SESSIONS))
                .containsExactly("2 1000 00:00:00", "2 0 letter 00:01:00");
    }

    @Test
    void an_engagement_before_the_first_session_is_added_to_it_and_does_not_change_its_start() {
        write(visit(10).utmSource("letter"));
        write(engagement(5));
        write(engagement(-21));

        assertThat(database.texts(SESSIONS)).containsExactly("2 1000 letter 00:00:00");
        assertThat(database.count("SELECT count(*) FROM events e JOIN sessions s ON s.bucket = e.bucket"
                        + " AND s.id = e.session_id WHERE e.occurred_at <> s.started_at"))
                .isZero();
    }

    @Test
    void an_engagement_at_the_time_of_its_page_view_comes_after_it() {
        assertThat(write(engagement(0), visit(0))).hasOnlyElementsOfType(Outcome.Stored.class);

        assertThat(database.texts(SESSIONS)).containsExactly("2 1000 00:00:00");
    }

    @Test
    void an_engagement_that_names_another_campaign_still_extends_the_session() {
        write(visit(0));
        write(engagement(25).utmSource("other"));
        write(visit(50));

        assertThat(database.texts(SESSIONS)).containsExactly("3 1000 00:50:00");
    }

    @Test
    void an_engagement_sent_with_a_bots_event_joins_the_persons_session() {
        write(visit(0));

        write(visit(100).device(DeviceType.BOT), engagement(110));

        assertThat(database.texts(SESSIONS)).containsExactly("2 1000 00:00:00", "1 0 00:00:00");
    }

    @Test
    void an_engagement_sent_with_a_late_event_does_not_hide_the_session_of_the_late_event() {
        IntStream.range(0, 13).forEach(i -> write(visit(i * 90)));

        write(visit(5).path("/late"), engagement(12 * 90 + 100));

        assertThat(database.texts("SELECT concat_ws(' ', events, exit_path) FROM sessions ORDER BY started_at"))
                .hasSize(13)
                .startsWith("2 /late", "1 /")
                .endsWith("2 /");
    }
}
