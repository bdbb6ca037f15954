package com.altcontext.api.metrics;

import com.altcontext.metrics.Breakdown;
import com.altcontext.metrics.Breakdowns;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Summaries;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.Field;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.RawBreakdowns;
import com.altcontext.metrics.query.RawRowsGone;
import com.altcontext.value.Issues;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Breakdowns: from raw rows as far back as there are any, beyond from rollups. */
@Singleton
final class BreakdownAnswers {
    private static final String DIMENSIONS =
            Arrays.stream(Dimension.values()).map(Dimension::key).collect(Collectors.joining(" "));

    private final RawBreakdowns raw;
    private final Breakdowns rolled;
    private final Summaries summaries;

    BreakdownAnswers(RawBreakdowns raw, Breakdowns rolled, Summaries summaries) {
        this.raw = raw;
        this.rolled = rolled;
        this.summaries = summaries;
    }

    /** @param rolled as rollups have it; null if they have not */
    record By(Grouping grouping, @Nullable Dimension rolled) {
        /** Null if there is none of that name, which is an issue. */
        static @Nullable By read(@Nullable String name, Issues issues) {
            Field field = name == null ? null : Field.named(name);
            if (name == null || field == null) {
                issues.add("dimension", "must be one of " + DIMENSIONS + " props.<key>");
                return null;
            }
            return new By(new Grouping.By(name, field), Dimension.of(name));
        }
    }

    record BreakdownQuestion(AskedProperty property, Window window, By by, Filter filter, int limit) {}

    BreakdownBody answer(BreakdownQuestion question, Instant now) {
        Window window = question.window;
        AskedProperty property = question.property;
        try {
            Breakdown breakdown =
                    raw.of(question.by.grouping, window, property.zones(), question.filter, question.limit);
            return BreakdownBody.of(breakdown, Freshness.ofRaw(now));
        } catch (RawRowsGone gone) {
            Dimension dimension = question.by.rolled;
            if (dimension == null || !question.filter.isEmpty()) {
                throw gone;
            }
            return BreakdownBody.of(
                    rolled.of(dimension, window, question.limit, property.slug()),
                    summaries.freshness(
                            window, property.slug(), property.zones().today(now)));
        }
    }
}
