package com.altcontext.metrics.summary;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.RawSummaries;
import com.altcontext.property.Property;
import com.altcontext.testing.TestEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The time at which leads may be written to. */
class MailableLeadsTest {
    private static final PropertyZones UTC = new PropertyZones(Map.of(Property.UTC, List.of("default")));

    private final Site site = new Site();
    private final QueryEngine engine = new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1));

    @Test
    void implied_consent_expires_by_the_given_clock_and_not_by_that_of_the_database() {
        LocalDate day = site.day(1);
        site.does(TestEvent.view("a", site.at(1, "10:00:00"), "/"));
        site.captures("default", UUID.randomUUID(), site.at(1, "11:00:00"));
        site.database.run("UPDATE leads SET consent_status = 'implied', consent_expires_at = '"
                + site.now.plus(Duration.ofDays(2)) + "'");
        site.rollUp();

        assertThat(mailable(day)).containsOnly(1L);
        site.now = site.now.plus(Duration.ofDays(3));
        assertThat(mailable(day)).containsOnly(0L);
        assertThat(new RollupCheck(site.database.sql(), site.clock).check(day, null))
                .isEmpty();
    }

    /** From rollups and from raw rows. */
    private List<Number> mailable(LocalDate day) {
        Window window = new Window(day, day);
        return List.of(
                        new Summaries(site.database.sql(), RollupSource.TABLES, site.clock)
                                .of(window, null, "default", site.today()),
                        new RawSummaries(engine).of(window, UTC, Filter.none()))
                .stream()
                .map(summary -> Objects.requireNonNull(
                        summary.of(Metric.NEW_MAILABLE_LEADS).value()))
                .toList();
    }
}
