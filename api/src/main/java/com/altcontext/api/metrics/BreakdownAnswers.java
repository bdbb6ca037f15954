package com.altcontext.api.metrics;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.query.Field;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.LeadBreakdowns;
import com.altcontext.metrics.query.LeadDimension;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.metrics.query.RawBreakdowns;
import com.altcontext.metrics.query.RawRowsGone;
import com.altcontext.metrics.query.Touch;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Answers breakdowns from raw rows if they reach back far enough, otherwise from rollups. Rollups are also used if
 * there is no filter and visitors are not needed.
 */
@Singleton
final class BreakdownAnswers {
    private static final String DIMENSIONS = Stream.of(
                    Arrays.stream(Dimension.values()).map(Dimension::key),
                    Stream.of(Breakdown.GOAL, "props.<key>"),
                    Arrays.stream(LeadDimension.values()).map(LeadDimension::key))
            .flatMap(names -> names)
            .collect(Collectors.joining(" "));

    private final RawBreakdowns raw;
    private final Breakdowns rolled;
    private final LeadBreakdowns leads;
    private final Summaries summaries;
    private final ReferrerSites sites;

    BreakdownAnswers(
            RawBreakdowns raw, Breakdowns rolled, LeadBreakdowns leads, Summaries summaries, ReferrerSites sites) {
        this.raw = raw;
        this.rolled = rolled;
        this.leads = leads;
        this.summaries = summaries;
        this.sites = sites;
    }

    /** The body of an answer. */
    sealed interface BreakdownAnswer permits BreakdownBody, LeadBreakdownBody {}

    /** What a breakdown groups by. */
    sealed interface Axis {
        /** @param rolled the dimension in rollups; null if rollups do not have it */
        record OfVisits(Grouping grouping, @Nullable Dimension rolled) implements Axis {}

        /**
         * @param goals the goals of the property; they are part of the cache key, so that a cached answer is not used
         *     after a goal was added
         */
        record OfGoals(List<Goal> goals) implements Axis {}

        record OfLeads(LeadDimension dimension, Touch touch) implements Axis {}

        /** Reads what the request groups by; null, with an issue, if there is no such dimension. */
        static @Nullable Axis read(
                QueryParameters query, RequestedProperty property, Filter filter, List<Goal> goals, Issues issues) {
            String name = query.text("dimension");
            LeadDimension ofLeads = name == null ? null : LeadDimension.named(name);
            Field field = name == null ? null : Field.named(name);
            if (ofLeads != null) {
                LeadBreakdowns.requireKnown(filter, issues);
                return new OfLeads(ofLeads, Touch.read(query.text("touch"), issues));
            }
            if (Breakdown.GOAL.equals(name)) {
                if (property.slug() == null) {
                    issues.add("propertyId", "is required, since goals belong to one property");
                }
                return new OfGoals(goals);
            }
            if (name == null || field == null) {
                issues.add("dimension", "must be one of " + DIMENSIONS);
                return null;
            }
            return new OfVisits(new Grouping.By(name, field), Dimension.named(name));
        }
    }

    /** @param visitors whether the different visitors of each value are needed, which only raw rows have */
    record BreakdownQuestion(
            RequestedProperty property, Window window, Axis by, Filter filter, int limit, boolean visitors) {
        long minVisitors() {
            return property.minVisitors(filter, 1);
        }

        boolean needsRaw() {
            boolean inRollups = by instanceof Axis.OfVisits visits && visits.rolled != null;
            return visitors || !inRollups || !filter.isEmpty();
        }
    }

    BreakdownAnswer answer(BreakdownQuestion question, Instant now) {
        Window window = question.window;
        RequestedProperty property = question.property;
        return switch (question.by) {
            case Axis.OfVisits visits -> visits(question, visits, now);
            case Axis.OfGoals goals -> goals(question, goals.goals, now);
            case Axis.OfLeads by ->
                LeadBreakdownBody.of(
                        leads.of(by.dimension, by.touch, window, property.zones(), question.filter, question.limit)
                                .withoutRareValues(question.minVisitors()),
                        now,
                        sites);
        };
    }

    private BreakdownBody goals(BreakdownQuestion question, List<Goal> goals, Instant now) {
        Window window = question.window;
        PropertyZones zones = question.property.zones();
        String slug = question.property.slug();
        try {
            return BreakdownBody.of(
                    raw.ofGoals(goals, window, zones, question.filter)
                            .withoutRareValues(question.minVisitors())
                            .firstRows(question.limit),
                    Freshness.ofRaw(now),
                    sites);
        } catch (RawRowsGone gone) {
            if (slug == null || !question.filter.isEmpty()) {
                throw gone;
            }
            Summary summary = summaries.of(window, null, slug, zones.latestToday(now));
            Number sessions = summary.of(Metric.SESSIONS).value();
            return BreakdownBody.of(
                    rolled.ofGoals(window, slug, sessions == null ? 0 : sessions.longValue())
                            .firstRows(question.limit),
                    summary.freshness(),
                    sites);
        }
    }

    private BreakdownBody visits(BreakdownQuestion question, Axis.OfVisits by, Instant now) {
        Dimension dimension = by.rolled;
        if (dimension != null && !question.needsRaw()) {
            return rolled(question, dimension, now);
        }
        try {
            Breakdown breakdown =
                    raw.of(by.grouping, question.window, question.property.zones(), question.filter, question.limit);
            return BreakdownBody.of(breakdown.withoutRareValues(question.minVisitors()), Freshness.ofRaw(now), sites);
        } catch (RawRowsGone gone) {
            if (dimension == null || !question.filter.isEmpty()) {
                throw gone;
            }
            return rolled(question, dimension, now);
        }
    }

    private BreakdownBody rolled(BreakdownQuestion question, Dimension dimension, Instant now) {
        Window window = question.window;
        RequestedProperty property = question.property;
        return BreakdownBody.of(
                rolled.of(dimension, window, question.limit, property.slug()),
                summaries.freshness(window, property.slug(), property.zones().latestToday(now)),
                sites);
    }
}
