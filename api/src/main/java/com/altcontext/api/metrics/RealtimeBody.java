package com.altcontext.api.metrics;

import com.altcontext.metrics.query.Realtime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What is happening now, as JSON. */
public record RealtimeBody(
        boolean ok,
        Instant generatedAt,
        long visitors,
        List<MinuteBody> pageViews,
        List<Realtime.Top> pages,
        List<Realtime.Top> sources) {

    /** @param minute the beginning of the minute */
    public record MinuteBody(Instant minute, long pageViews) {}

    static RealtimeBody of(Realtime realtime, Instant now) {
        return new RealtimeBody(
                true,
                now.truncatedTo(ChronoUnit.SECONDS),
                realtime.visitors(),
                realtime.minutes().stream()
                        .map(minute -> new MinuteBody(minute.at(), minute.pageViews()))
                        .toList(),
                realtime.pages(),
                realtime.sources());
    }
}
