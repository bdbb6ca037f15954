package com.altcontext.visit;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionRuleTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final SessionRule RULE = new SessionRule(Duration.ofMinutes(30));

    /**
     * Sessions are written {@code first-last:utm_source}, in minutes from noon; the answer is the session's place in
     * that list, or {@code new}.
     */
    @ParameterizedTest(name = "{0} · at {1} with utm {2} → {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                // in order
                "'', 0, -, new",
                "0-10, 10, -, 0",
                "0-10, 40, -, 0",
                "0-10, 41, -, new",
                "0-10, 20, ads, new",
                "0-10:ads, 20, ads, 0",
                "0-10:ads, 20, -, 0",
                "0-10:ads, 20, mail, new",
                "0-10 10-20:ads, 25, -, 1",
                "0-10 10-20:ads, 25, ads, 1",
                "0-10:ads 12-12:mail, 12, -, 1",
                // at the time of the last event, an event is not late
                "0-10, 10, ads, new",
                // late, inside a session
                "0-50, 20, -, 0",
                "0-50, 20, ads, 0",
                "0-10 12-20:ads, 15, -, 1",
                // late, beside one
                "30-40, 0, -, 0",
                "31-40, 0, -, new",
                "30-40, 0, ads, 0",
                "0-0 100-110, 30, -, 0",
                "0-0 100-110, 31, -, new",
                "0-0 100-110, 70, -, 1",
                "0-0 100-110, 69, -, new",
                // late, between two: the earlier
                "0-10 50-60, 30, -, 0",
                "0-10 50-60, 40, -, 0",
                "0-10 50-60, 41, -, 1",
                "0-10 20-30:ads, 15, -, 0",
                "0-10 20-30:ads, 15, ads, 0",
            })
    void an_event_finds_its_session(String known, long minute, String source, String expected) {
        List<Session> sessions = sessions(known);

        Session chosen = RULE.choose(sessions, NOON.plus(Duration.ofMinutes(minute)), utm(source));

        assertThat(chosen == null ? "new" : String.valueOf(sessions.indexOf(chosen)))
                .isEqualTo(expected);
    }

    @Test
    void a_late_event_moves_the_start_and_never_the_end() {
        Session session = sessions("30-40").getFirst();

        session.join(NOON, visitor("192.0.2.9"));

        assertThat(session.startedAt()).isEqualTo(NOON);
        assertThat(session.lastEventAt()).isEqualTo(NOON.plus(Duration.ofMinutes(40)));
        assertThat(session.lastSeenAs()).as("where the visitor was seen last").isNull();
    }

    @Test
    void a_later_event_moves_the_end_and_where_the_visitor_was_seen_last() {
        Session session = sessions("30-40").getFirst();
        Visitor visitor = visitor("192.0.2.9");

        session.join(NOON.plus(Duration.ofMinutes(45)), visitor);

        assertThat(session.startedAt()).isEqualTo(NOON.plus(Duration.ofMinutes(30)));
        assertThat(session.lastEventAt()).isEqualTo(NOON.plus(Duration.ofMinutes(45)));
        assertThat(session.lastSeenAs()).isSameAs(visitor);
    }

    private static List<Session> sessions(String known) {
        List<Session> sessions = new ArrayList<>();
        for (String text : known.isEmpty() ? new String[0] : known.split(" ", -1)) {
            String[] parts = text.split(":", -1);
            String[] ends = parts[0].split("-", -1);
            sessions.add(Session.known(
                    UUID.randomUUID(),
                    utm(parts.length > 1 ? parts[1] : null),
                    NOON.plus(Duration.ofMinutes(Long.parseLong(ends[0]))),
                    NOON.plus(Duration.ofMinutes(Long.parseLong(ends[1])))));
        }
        return sessions;
    }

    private static Utm utm(@Nullable String source) {
        return source == null ? Utm.NONE : new Utm(source, null, null, null, null);
    }

    private static Visitor visitor(String address) {
        return Visitor.of(
                "default", new AnonId("visitor-0001"), address.getBytes(java.nio.charset.StandardCharsets.UTF_8), null);
    }

    @Test
    void a_new_session_has_the_origin_of_the_event_that_began_it() {
        Origin origin = new Origin(utm("ads"), TrafficSource.CAMPAIGN, "example.org", DeviceType.MOBILE, "CA");

        Session session = Session.begun(UUID.randomUUID(), origin, NOON, visitor("192.0.2.9"));

        assertThat(session.begunBy).isSameAs(origin);
        assertThat(session.utm).isEqualTo(origin.utm());
        assertThat(session.isStartMoved()).isTrue();
    }
}
