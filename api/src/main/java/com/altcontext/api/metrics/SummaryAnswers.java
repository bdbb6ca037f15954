package com.altcontext.api.metrics;

import com.altcontext.db.SqlFailure;
import com.altcontext.metrics.EarlierWindow;
import com.altcontext.metrics.Summary;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.metrics.query.RawRowsGone;
import com.altcontext.metrics.query.RawSummaries;
import com.altcontext.metrics.query.ZoneWindow;
import com.altcontext.metrics.summary.Summaries;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers summaries: from rollups if there is no filter, otherwise from raw rows. */
@Singleton
final class SummaryAnswers {
    private final Summaries rolled;
    private final RawSummaries raw;

    SummaryAnswers(Summaries rolled, RawSummaries raw) {
        this.rolled = rolled;
        this.raw = raw;
    }

    /** @param earlier the window to compare with; null for none */
    record SummaryQuestion(
            RequestedProperty property,
            Window window,
            @Nullable EarlierWindow earlier,
            Filter filter) {
        /** Whether the window is not over, so that it is compared with only a part of the earlier window. */
        boolean comparesInPart(Instant now) {
            return earlier != null && property.zones().includesNow(window, now);
        }
    }

    boolean needsRaw(SummaryQuestion question, Instant now) {
        return !question.filter.isEmpty() || question.comparesInPart(now);
    }

    SummaryBody answer(SummaryQuestion question, Instant now) {
        Window window = question.window;
        PropertyZones zones = question.property.zones();
        EarlierWindow earlier = question.earlier;
        Window before = earlier == null ? null : earlier.of(window);
        LocalDate today = zones.latestToday(now);
        boolean inPart = question.comparesInPart(now);
        if (question.filter.isEmpty() && !inPart) {
            return SummaryBody.of(rolled.of(window, before, question.property.slug(), today));
        }
        Summary summary = question.filter.isEmpty()
                ? rolled.of(window, null, question.property.slug(), today)
                : raw.of(window, zones, question.filter);
        if (before == null || earlier == null) {
            return SummaryBody.of(summary);
        }
        List<ZoneWindow> windows = inPart
                ? zones.windowsUntil(before, countedUntil(summary, now), earlier.daysBack(window))
                : zones.windows(before);
        return SummaryBody.of(compared(summary, before, inPart, windows, question.filter));
    }

    private Summary compared(Summary summary, Window before, boolean inPart, List<ZoneWindow> windows, Filter filter) {
        try {
            return summary.comparedWith(before, inPart, raw.metrics(windows, filter));
        } catch (RawRowsGone gone) {
            return summary.notComparedWith(
                    before, "it is counted from raw rows, which are kept from " + gone.firstDay() + " on");
        } catch (SqlFailure failed) {
            if (!failed.isOfNode()) {
                throw failed;
            }
            return summary.notComparedWith(
                    before, "it is counted from raw rows, and a node of the cluster is unavailable");
        }
    }

    /** The moment up to which a window that is not over has been counted. */
    private static Instant countedUntil(Summary summary, Instant now) {
        Freshness freshness = summary.freshness();
        Instant rolledUp = freshness.rolledUpAt();
        LocalDate through = freshness.rolledUpThrough();
        return rolledUp == null
                        || through == null
                        || through.isBefore(summary.window().to())
                ? now
                : rolledUp;
    }
}
