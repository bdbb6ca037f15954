package com.altcontext.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:07.123Z");
    private static final TestEvent SENT = TestEvent.at("visitor-0001", NOW);

    @ParameterizedTest(name = "a client clock that is off by {0} → its time is kept: {1}")
    @CsvSource({
        "PT0S, true",
        "PT5M, true",
        "PT5M0.001S, false",
        "P365D, false",
        "-P7D, true",
        "-P7DT0.001S, false",
        "-P9999D, false",
    })
    void a_time_that_cannot_be_right_is_replaced_by_the_time_of_receipt(Duration off, boolean kept) {
        Event event = SENT.timestamp(NOW.plus(off)).event();

        assertThat(event.occurredAt()).isEqualTo(kept ? NOW.plus(off) : NOW);
        assertThat(event.isDayCertain())
                .as("an earlier copy may have been stored on another day")
                .isFalse();
    }

    /**
     * By how much the sender's clock is off, how long ago the event was by that clock, and how long ago it was as the
     * server computes it.
     */
    @ParameterizedTest(name = "a clock that is off by {0} and says {1} ago → {2} ago")
    @CsvSource({
        "PT0S, PT0S, PT0S",
        "PT3H, PT2M, PT2M",
        "-P400D, PT2M, PT2M",
        "-PT1H, P6D, P6D",
        "PT1H, P7DT1S, PT0S",
        "PT0S, -PT4M, -PT4M",
        "P1D, -PT6M, PT0S",
    })
    void a_clock_whose_time_of_sending_is_known_is_corrected(Duration off, Duration ago, Duration taken) {
        Instant clock = NOW.plus(off);

        Event event = SENT.timestamp(clock.minus(ago)).sentAt(clock).event();

        assertThat(event.occurredAt()).isEqualTo(NOW.minus(taken));
        assertThat(event.isDayCertain()).as("each copy has a different time").isFalse();
        assertThat(event.id())
                .as("a retry has another time of sending")
                .isEqualTo(SENT.timestamp(clock.minus(ago))
                        .sentAt(clock.plusSeconds(9))
                        .event()
                        .id());
    }

    @Test
    void the_time_of_an_event_with_a_client_id_does_not_tell_the_day_of_its_first_copy() {
        TestEvent named = SENT.eventId(UUID.randomUUID());

        assertThat(SENT.event().isDayCertain()).isTrue();
        assertThat(named.event().isDayCertain()).isFalse();
        assertThat(named.timestamp(NOW).event().isDayCertain()).isFalse();
    }

    @Test
    void times_are_kept_in_whole_milliseconds() {
        Instant precise = Instant.parse("2026-03-01T12:00:00.123456789Z");

        assertThat(SENT.timestamp(precise).event().occurredAt()).isEqualTo(Instant.parse("2026-03-01T12:00:00.123Z"));
        assertThat(SENT.receivedAt(precise).event().receivedAt()).isEqualTo(Instant.parse("2026-03-01T12:00:00.123Z"));
    }

    @Test
    void the_day_is_the_utc_day_of_the_event_not_of_its_receipt() {
        Instant midnight = Instant.parse("2026-03-02T00:00:00Z");

        assertThat(SENT.receivedAt(midnight.plusSeconds(1))
                        .timestamp(midnight.minusMillis(1))
                        .event()
                        .day())
                .hasToString("2026-03-01");
    }

    @Test
    void a_client_id_identifies_an_event_whatever_its_other_fields_are() {
        UUID own = UUID.randomUUID();
        TestEvent named = SENT.eventId(own);

        assertThat(named.path("/other")
                        .type("x")
                        .timestamp(NOW.minusSeconds(5))
                        .receivedAt(NOW.plusSeconds(900))
                        .event()
                        .id())
                .isEqualTo(named.event().id());
        assertThat(named.event().id()).isNotEqualTo(SENT.event().id()).isNotEqualTo(own);
        assertThat(TestEvent.at("visitor-0002", NOW).eventId(own).event().id())
                .as("another visitor's")
                .isNotEqualTo(named.event().id());
        assertThat(named.property("docs").event().id())
                .as("another property's")
                .isNotEqualTo(named.event().id());
    }

    @Test
    void the_id_of_an_event_without_a_time_depends_on_the_window_of_its_receipt() {
        Instant window = Instant.parse("2026-03-01T12:00:00Z");

        assertThat(SENT.receivedAt(window).event().id())
                .isEqualTo(SENT.receivedAt(window.plusMillis(29_999)).event().id());
        assertThat(SENT.receivedAt(window).event().id())
                .isNotEqualTo(SENT.receivedAt(window.plusSeconds(30)).event().id());
    }

    @Test
    void the_id_of_an_event_with_a_time_does_not_depend_on_its_receipt() {
        TestEvent timed = SENT.timestamp(NOW.minusSeconds(60));

        assertThat(timed.receivedAt(NOW.plusSeconds(3_600)).event().id())
                .isEqualTo(timed.event().id());
        assertThat(timed.timestamp(NOW.minusSeconds(61)).event().id())
                .isNotEqualTo(timed.event().id());
    }

    @Test
    void each_field_of_a_beacon_is_part_of_its_identity() {
        UUID id = SENT.event().id();

        assertThat(SENT.path("/other").event().id()).isNotEqualTo(id);
        assertThat(SENT.type("cta_click").event().id()).isNotEqualTo(id);
        assertThat(SENT.utmSource("ads").event().id()).isNotEqualTo(id);
        assertThat(SENT.referrer("https://example.org/").event().id()).isNotEqualTo(id);
        assertThat(SENT.props("{}").event().id()).isNotEqualTo(id);
        assertThat(SENT.property("docs").event().id()).isNotEqualTo(id);
        assertThat(SENT.address("192.0.2.99").event().id())
                .as("but not its address")
                .isEqualTo(id);
    }
}
