package com.altcontext.visit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the events of a batch add to one session. */
final class SessionCounters {
    long events;
    long pageViews;
    long conversions;
    long engagements;
    long engagedMs;

    @Nullable
    PageView entry;

    @Nullable
    PageView exit;

    @Nullable
    Instant firstFormStart;

    @Nullable
    Instant lastFormSubmit;

    boolean mayHoldAddress;

    /** A page view. Page views at the same time are ordered by path, so that the order of arrival does not matter. */
    record PageView(Instant at, String path) {
        boolean isBefore(@Nullable PageView other) {
            if (other == null) {
                return true;
            }
            int order = at.compareTo(other.at);
            return order < 0
                    || (order == 0 && Arrays.compareUnsigned(path.getBytes(UTF_8), other.path.getBytes(UTF_8)) < 0);
        }
    }

    static @Nullable Instant timeOf(@Nullable PageView view) {
        return view == null ? null : view.at;
    }

    static @Nullable String pathOf(@Nullable PageView view) {
        return view == null ? null : view.path;
    }

    void add(SessionEvent event, Instant at) {
        events++;
        conversions += event.isConversion() ? 1 : 0;
        engagements += event.isEngagement() ? 1 : 0;
        engagedMs += event.engagedMs();
        mayHoldAddress |= event.mayHoldAddress();
        if (event.isPageView()) {
            pageViews++;
            PageView view = new PageView(at, event.path());
            entry = view.isBefore(entry) ? view : entry;
            exit = exit == null || exit.isBefore(view) ? view : exit;
        } else if (event.isFormStart()) {
            firstFormStart = firstFormStart == null || at.isBefore(firstFormStart) ? at : firstFormStart;
        } else if (event.isFormSubmit()) {
            lastFormSubmit = lastFormSubmit == null || at.isAfter(lastFormSubmit) ? at : lastFormSubmit;
        }
    }
}
