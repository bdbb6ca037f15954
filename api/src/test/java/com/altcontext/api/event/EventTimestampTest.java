package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The formats of a timestamp, and which time an event gets. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventTimestampTest {
    @Inject
    EventSender events;

    @Inject
    StoredRows stored;

    @Inject
    InstantSource clock;

    /** Returns the accepted formats of a timestamp, each with the time that it stands for. */
    Stream<Map.Entry<Object, Instant>> moments() {
        Instant moment = clock.instant()
                .minus(Duration.ofHours(26))
                .truncatedTo(ChronoUnit.SECONDS)
                .plusMillis(250);
        OffsetDateTime utc = moment.atOffset(ZoneOffset.UTC);
        OffsetDateTime india = moment.atOffset(ZoneOffset.ofHoursMinutes(5, 30));
        Instant minute = moment.truncatedTo(ChronoUnit.MINUTES);
        LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
        return Stream.of(
                Map.entry(moment.toEpochMilli(), moment),
                Map.entry(moment.toEpochMilli() + 0.75, moment),
                Map.entry(String.valueOf(moment.toEpochMilli()), moment),
                Map.entry(" " + moment.toEpochMilli() + " ", moment),
                Map.entry(moment.toString(), moment),
                Map.entry(moment.toString().toLowerCase(Locale.ROOT), moment),
                Map.entry(india.toString(), moment),
                Map.entry(india.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxx")), moment),
                Map.entry(
                        moment.atOffset(ZoneOffset.ofHours(-3))
                                .format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSx")),
                        moment),
                Map.entry(utc.toLocalDateTime().toString(), moment),
                Map.entry(utc.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm'Z'")), minute),
                Map.entry(utc.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm")), minute),
                Map.entry(day.toString(), day.atStartOfDay().toInstant(ZoneOffset.UTC)));
    }

    @Test
    void a_timestamp_is_read_in_each_format_and_is_utc_without_an_offset() {
        moments().forEach(moment -> {
            JsonNode row = events.accepted(TestEvent.bodyWith("timestamp", moment.getKey()));

            assertThat(time(row, "occurred_at")).as("%s", moment.getKey()).isEqualTo(moment.getValue());
        });
    }

    @Test
    void a_plausible_timestamp_is_stored() {
        for (Duration off : List.of(
                Duration.ofMinutes(4),
                Duration.ofMinutes(-5),
                Duration.ofDays(-7).plusMinutes(1))) {
            Instant sent = clock.instant().plus(off).truncatedTo(ChronoUnit.MILLIS);
            JsonNode row = events.accepted(TestEvent.bodyWith("timestamp", sent.toString()));

            assertThat(time(row, "occurred_at")).isEqualTo(sent);
            assertThat(row.path("day").asText())
                    .isEqualTo(LocalDate.ofInstant(sent, ZoneOffset.UTC).toString());
        }
    }

    @Test
    void a_timestamp_too_far_in_the_future_or_past_is_replaced_by_the_time_of_receipt() {
        Instant now = clock.instant();
        for (Object sent : List.of(
                now.plus(Duration.ofMinutes(6)).toString(),
                now.minus(Duration.ofDays(7)).minus(Duration.ofMinutes(1)).toEpochMilli(),
                0,
                -1,
                8_640_000_000_000_000L,
                -8_640_000_000_000_001L,
                1_796_098_623_886_000_000L,
                1e300,
                "99999999999999999999",
                "+999999999-12-31T23:59:59Z",
                "9999-12-31T23:59:59Z",
                "0001-01-01")) {
            JsonNode row = events.accepted(TestEvent.bodyWith("timestamp", sent));

            assertThat(time(row, "occurred_at")).as("%s", sent).isEqualTo(time(row, "received_at"));
            assertThat(time(row, "received_at")).isAfterOrEqualTo(now.truncatedTo(ChronoUnit.MILLIS));
        }
    }

    @Test
    void the_time_of_sending_by_the_clock_of_the_sender_corrects_the_timestamp() {
        Instant wrong = clock.instant().minus(Duration.ofDays(300)).truncatedTo(ChronoUnit.MILLIS);
        JsonNode row = events.accepted(
                TestEvent.bodyWith("timestamp", wrong.minusSeconds(90).toEpochMilli())
                        .put("sentAt", wrong.toString()));

        assertThat(Duration.between(time(row, "occurred_at"), time(row, "received_at")))
                .isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void the_time_of_sending_of_a_batch_applies_to_events_without_their_own() {
        Instant wrong = clock.instant().plus(Duration.ofHours(5)).truncatedTo(ChronoUnit.MILLIS);
        ObjectNode own = TestEvent.bodyWith("timestamp", wrong.minusSeconds(20).toString())
                .put("sentAt", wrong.minusSeconds(10).toString());
        ObjectNode other =
                TestEvent.bodyWith("timestamp", wrong.minusSeconds(20).toString());
        Call.Answer answer = Call.batch(
                        "{\"sentAt\":" + wrong.toEpochMilli() + ",\"events\":[" + own + "," + other + "]}")
                .send();

        assertThat(answer.status()).isEqualTo(202);
        List<Duration> before = Stream.of(own, other)
                .map(event -> stored.event(event.path("anonId").asText()))
                .map(row -> Duration.between(time(row, "occurred_at"), time(row, "received_at")))
                .toList();
        assertThat(before).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(20));
    }

    @Test
    void an_unreadable_time_of_sending_is_an_issue() {
        assertThat(events.refusedPaths(TestEvent.bodyWith("sentAt", "yesterday")))
                .containsExactly("sentAt");
        Call.Answer answer = Call.batch("{\"sentAt\":true,\"events\":[" + TestEvent.body() + "]}")
                .send();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"path\":\"sentAt\"");
    }

    static Stream<Object> unreadableTimes() {
        return Stream.of(
                "",
                "yesterday",
                "2026-13-01",
                "2026-02-30",
                "2026-02-29T12:00:00Z",
                "2026-06-31T12:00:00Z",
                "2026-01-01T25:00:00Z",
                "2026-01-01T00:61:00Z",
                "2026-01-01 00:00:00",
                "2026-01-01T00:00:00+99:00",
                "2026-01-01T00:00:00Z[UTC]",
                "2026-01-01T00:00:00ZZ",
                "2026-01-01T00:00:00+05:30+0530",
                "20260101T000000Z",
                "2026-W01-1",
                "12345",
                "2026-01-01T00:00:00." + "0".repeat(60) + "Z",
                true,
                List.of(),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("unreadableTimes")
    void a_timestamp_that_cannot_be_read_is_refused(Object sent) {
        assertThat(events.refused(TestEvent.bodyWith("timestamp", sent)))
                .containsExactly("timestamp: must be an ISO-8601 time or milliseconds since 1970");
    }

    private static Instant time(JsonNode row, String column) {
        return OffsetDateTime.parse(row.path(column).asText()).toInstant();
    }
}
