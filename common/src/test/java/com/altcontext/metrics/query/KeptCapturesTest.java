package com.altcontext.metrics.query;

import static com.altcontext.metrics.query.RawFiguresTest.DEFAULT;
import static com.altcontext.metrics.query.RawFiguresTest.filter;
import static com.altcontext.metrics.query.RawFiguresTest.visitorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Window;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Captures in summaries with a filter: those of the visitors whose sessions match it. */
class KeptCapturesTest {
    private final Site site = new Site("docs");
    private final RawSummaries summaries =
            new RawSummaries(new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1)));

    private Summary direct() {
        return summaries.of(
                new Window(site.day(1), site.day(1)),
                DEFAULT,
                filter(List.of("is", "traffic_source", List.of("direct"))));
    }

    @Test
    void captures_that_are_read_in_several_parts_are_all_counted() {
        site.does(
                TestEvent.view("one", site.at(1, "10:00:00"), "/"),
                TestEvent.view("other", site.at(1, "10:00:00"), "/"));
        // More captures than are read at once, so that those of one visitor are read in two parts.
        for (String who : List.of("visitor-one", "visitor-other")) {
            String id = site.database
                    .texts("SELECT visitor_id FROM visitors WHERE anon_id = ?", who)
                    .getFirst();
            site.database.run("""
                    WITH made AS (
                        INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)
                        SELECT gen_random_uuid(), 'default', '%1$s' || n || '@example.ca', '%2$s', '%2$s', 'pending'
                        FROM generate_series(1, 3000) AS n
                        RETURNING id)
                    INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)
                    SELECT id, '%3$s', 'default', 'form_submit', 1, '%2$s' FROM made
                    """.formatted(who, site.at(1, "11:30:00"), id));
        }
        site.rollUp();

        Summary everybody = summaries.of(
                new Window(site.day(1), site.day(1)), DEFAULT, filter(List.of("is", "path", List.of("/"))));

        assertThat(everybody.of(Metric.LEAD_CAPTURE_RATE).value()).isEqualTo(1.0);
        assertThat(Objects.requireNonNull(everybody.of(Metric.TIME_TO_CAPTURE).value())
                        .doubleValue())
                .isCloseTo(1.5, within(1e-9));
        assertThat(site.database.count("SELECT sum(captures) FROM daily_metric_rollups"))
                .isEqualTo(6_000);
        assertThat(site.database.count("SELECT sum(capture_ms) FROM daily_metric_rollups"))
                .isEqualTo(6_000 * Duration.ofMinutes(90).toMillis());
    }

    @Test
    void a_visitor_who_leaves_two_addresses_counts_once() {
        for (String who : List.of("a", "b", "a", "b")) {
            site.does(TestEvent.view(who, site.at(1, "10:00:00"), "/"));
            site.captures("default", visitorOf(site, who), site.at(1, "10:01:00"));
        }

        assertThat(direct().of(Metric.LEAD_CAPTURE_RATE).value()).isEqualTo(1.0);
    }

    @Test
    void the_time_to_a_capture_is_never_negative() {
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.captures("default", visitorOf(site, "a"), site.at(1, "09:00:00"));

        assertThat(direct().of(Metric.TIME_TO_CAPTURE).value()).isEqualTo(0.0);
    }
}
