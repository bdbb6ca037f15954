package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.metrics.SummaryBody.MeasureBody;
import com.altcontext.metrics.EarlierWindow;
import com.altcontext.metrics.Site;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.FilterReader;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.RawSummaries;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.property.Property;
import com.altcontext.property.Shields;
import com.altcontext.testing.TestEvent;
import com.altcontext.value.Issues;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a window that includes the present moment is compared with. The present moment is noon. */
class SummaryAnswersTest {
    private final Site site = new Site();
    private final SummaryAnswers answers = new SummaryAnswers(
            new Summaries(site.database.sql(), RollupSource.TABLES, site.clock),
            new RawSummaries(new QueryEngine(site.database.sql(), site.clock, Duration.ofMinutes(1))));

    private void visit(String who, int daysAgo, String time, String path) {
        site.does(TestEvent.view(who, site.at(daysAgo, time), path));
    }

    private SummaryBody compared(int firstAgo, Filter filter) {
        PropertyZones zones =
                PropertyZones.of(List.of(new Property("default", Set.of(), Property.UTC, Shields.NONE, false)));
        SummaryAnswers.SummaryQuestion question = new SummaryAnswers.SummaryQuestion(
                new RequestedProperty("default", zones, false),
                new Window(site.day(firstAgo), site.today()),
                EarlierWindow.named("previous"),
                filter);
        assertThat(answers.needsRaw(question, site.now)).isTrue();
        return answers.answer(question, site.now);
    }

    private static MeasureBody sessions(SummaryBody answer) {
        return (MeasureBody) Objects.requireNonNull(answer.metrics().get("sessions"));
    }

    @Test
    void figures_of_today_are_compared_with_those_of_yesterday_up_to_the_time_of_the_rollup() {
        visit("a", 1, "10:30:00", "/");
        visit("b", 1, "11:30:00", "/");
        visit("c", 0, "10:00:00", "/");
        site.now = site.at(0, "11:00:00");
        site.rollUp();
        site.now = site.at(0, "12:00:00");

        assertThat(sessions(compared(0, Filter.none()))).isEqualTo(new MeasureBody(1L, 0L));
    }

    @Test
    void if_today_is_not_rolled_up_its_figures_are_compared_with_those_of_yesterday_up_to_now() {
        visit("a", 1, "10:30:00", "/");
        visit("b", 1, "11:30:00", "/");
        visit("c", 1, "12:30:00", "/");
        site.now = site.at(1, "13:00:00");
        site.rollUp();
        site.now = site.at(-1, "12:00:00");

        assertThat(sessions(compared(0, Filter.none()))).isEqualTo(new MeasureBody(0L, -1L));
    }

    @Test
    void several_days_until_now_are_compared_with_the_same_part_of_the_days_before_and_the_same_filter() {
        for (int ago = 3; ago >= 0; ago--) {
            visit("a", ago, "10:00:00", "/");
            visit("b", ago, "11:00:00", "/two");
        }
        visit("c", 2, "12:30:00", "/");
        site.rollUp();
        Issues issues = new Issues();
        Filter two = new FilterReader(issues, _ -> null).filters(List.of(List.of("is", "path", List.of("/two"))));

        assertThat(sessions(compared(1, Filter.none()))).isEqualTo(new MeasureBody(4L, 0L));
        assertThat(sessions(compared(1, two))).isEqualTo(new MeasureBody(2L, 0L));
    }

    @Test
    void without_the_raw_rows_there_is_no_comparison() {
        visit("a", 0, "10:00:00", "/");
        site.rollUp();
        site.purged(site.today());

        SummaryBody answer = compared(0, Filter.none());

        assertThat(sessions(answer).delta()).isNull();
        assertThat(answer.reasons())
                .containsEntry("compareTo", "it is counted from raw rows, which are kept from " + site.today() + " on");
    }
}
