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
     * Sessions are written {@code first-last:utm_source}, in minutes from noon. The expected result is the index of the
     * session in that list, or {@code new}.
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
                // late, before or after a session
                "30-40, 0, -, 0",
                "31-40, 0, -, new",
                "30-40, 0, ads, 0",
                "0-0 100-110, 30, -, 0",
                "0-0 100-110, 31, -, new",
                "0-0 100-110, 70, -, 1",
                "0-0 100-110, 69, -, new",
                // late, between two sessions: the earlier one
                "0-10 50-60, 30, -, 0",
                "0-10 50-60, 40, -, 0",
                "0-10 50-60, 41, -, 1",
                "0-10 20-30:ads, 15, -, 0",
                "0-10 20-30:ads, 15, ads, 0",
                // two sessions that overlap, in any order: the earlier one if the event is inside both, the later one
                // if it is after both
                "0-20 5-30, 10, -, 0",
                "5-30 0-20, 10, -, 1",
                "0-20 10-20, 25, -, 1",
                "10-20 0-20, 25, -, 0",
            })
    void an_event_finds_its_session(String known, long minute, String source, String expected) {
        List<Session> sessions = sessions(known);

        Session chosen = RULE.choose(sessions, event("page_view", minute, source, DeviceType.DESKTOP));

        assertThat(chosen == null ? "new" : String.valueOf(sessions.indexOf(chosen)))
                .isEqualTo(expected);
    }

    @Test
    void a_form_that_names_another_campaign_does_not_split_the_session() {
        List<Session> sessions = sessions("0-10:ads");

        assertThat(RULE.choose(sessions, event("form_submit", 11, "hidden", DeviceType.DESKTOP)))
                .isSameAs(sessions.getFirst());
    }

    @Test
    void a_bot_and_a_person_do_not_share_a_session() {
        List<Session> sessions = sessions("0-10");
        assertThat(RULE.choose(sessions, event("page_view", 5, null, DeviceType.BOT)))
                .isNull();
        assertThat(RULE.latestEnded(sessions, event("engagement", 100, null, DeviceType.BOT)))
                .isNull();
        assertThat(RULE.nextBegun(sessions, event("engagement", -5, null, DeviceType.BOT)))
                .isNull();

        Session robots =
                Session.begin(UUID.randomUUID(), event("page_view", 0, null, DeviceType.BOT), visitor("192.0.2.9"));
        sessions.add(robots);
        assertThat(RULE.choose(sessions, event("page_view", 5, null, DeviceType.BOT)))
                .isSameAs(robots);
        assertThat(RULE.choose(sessions, event("page_view", 5, null, DeviceType.MOBILE)))
                .isSameAs(sessions.getFirst());
    }

    @Test
    void later_events_join_a_spammers_session_but_forms_and_earlier_events_do_not() {
        Session spam =
                Session.stored(UUID.randomUUID(), true, true, Utm.NONE, NOON, NOON.plus(Duration.ofMinutes(10)), null);

        assertThat(RULE.choose(List.of(spam), event("page_view", 11, null, DeviceType.DESKTOP)))
                .isSameAs(spam);
        assertThat(RULE.latestEnded(List.of(spam), event("engagement", 100, null, DeviceType.DESKTOP)))
                .isSameAs(spam);
        assertThat(RULE.choose(List.of(spam), event("page_view", 11, "ads", DeviceType.DESKTOP)))
                .isNull();
        assertThat(RULE.choose(List.of(spam), event("form_submit", 11, null, DeviceType.DESKTOP)))
                .isNull();
        assertThat(RULE.choose(List.of(spam), event("page_view", -1, null, DeviceType.DESKTOP)))
                .isNull();
    }

    /** The last column is the index of the session, or {@code none}. */
    @ParameterizedTest
    @CsvSource({
        "0-10 50-60, 100, 1",
        "0-10 50-60, 1500, 1",
        "0-10 50-60, 1501, none",
        "0-10 200-210, 100, 0",
        "'', 100, none"
    })
    void a_late_engagement_joins_the_latest_session_that_ended_within_a_day(
            String known, long minute, String expected) {
        List<Session> sessions = sessions(known);

        Session ended = RULE.latestEnded(sessions, event("engagement", minute, null, DeviceType.DESKTOP));

        assertThat(ended == null ? "none" : String.valueOf(sessions.indexOf(ended)))
                .isEqualTo(expected);
    }

    /** The last column is the index of the session, or {@code none}. */
    @ParameterizedTest
    @CsvSource({"30-40, 0, 0", "31-40, 0, none", "25-30 10-20, 0, 1", "0-10, 0, none"})
    void an_engagement_before_a_session_joins_it_if_it_begins_within_half_an_hour(
            String known, long minute, String expected) {
        List<Session> sessions = sessions(known);

        Session next = RULE.nextBegun(sessions, event("engagement", minute, null, DeviceType.DESKTOP));

        assertThat(next == null ? "none" : String.valueOf(sessions.indexOf(next)))
                .isEqualTo(expected);
    }

    @Test
    void a_late_event_moves_the_start_but_not_the_end_and_gives_the_session_its_origin() {
        Session session = sessions("30-40").getFirst();

        SessionEvent landing = event("page_view", 0, "ads", DeviceType.DESKTOP);
        session.join(landing, visitor("192.0.2.9"));

        assertThat(session.origin()).isSameAs(landing.origin());
        assertThat(session.utm()).isEqualTo(utm("ads"));

        assertThat(session.startedAt()).isEqualTo(NOON);
        assertThat(session.lastEventAt()).isEqualTo(NOON.plus(Duration.ofMinutes(40)));
        assertThat(session.lastSeenAs())
                .as("the visitor as last seen, which a late event does not change")
                .isNull();
    }

    @Test
    void a_later_event_moves_the_end_and_changes_the_visitor_as_last_seen() {
        Session session = sessions("30-40").getFirst();
        Visitor visitor = visitor("192.0.2.9");

        session.join(event("page_view", 45, null, DeviceType.DESKTOP), visitor);

        assertThat(session.startedAt()).isEqualTo(NOON.plus(Duration.ofMinutes(30)));
        assertThat(session.lastEventAt()).isEqualTo(NOON.plus(Duration.ofMinutes(45)));
        assertThat(session.lastSeenAs()).isSameAs(visitor);
    }

    private static List<Session> sessions(String known) {
        List<Session> sessions = new ArrayList<>();
        for (String text : known.isEmpty() ? new String[0] : known.split(" ", -1)) {
            String[] parts = text.split(":", -1);
            String[] ends = parts[0].split("-", -1);
            sessions.add(Session.stored(
                    UUID.randomUUID(),
                    false,
                    false,
                    utm(parts.length > 1 ? parts[1] : null),
                    NOON.plus(Duration.ofMinutes(Long.parseLong(ends[0]))),
                    NOON.plus(Duration.ofMinutes(Long.parseLong(ends[1]))),
                    null));
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

    private static SessionEvent event(String type, long minute, @Nullable String source, DeviceType device) {
        return new SessionEvent(
                UUID.randomUUID(),
                NOON.plus(Duration.ofMinutes(minute)),
                new Origin(utm(source), TrafficSource.CAMPAIGN, "example.org", device, "CA", "www.example.com"),
                type,
                "/",
                false,
                0,
                false);
    }

    @Test
    void a_new_session_has_the_origin_of_the_event_that_began_it() {
        SessionEvent first = event("page_view", 0, "ads", DeviceType.MOBILE);

        Session session = Session.begin(UUID.randomUUID(), first, visitor("192.0.2.9"));

        assertThat(session.isStartMoved()).isTrue();
        assertThat(session.origin()).isSameAs(first.origin());
        assertThat(session.utm()).isEqualTo(first.origin().utm());
    }
}
