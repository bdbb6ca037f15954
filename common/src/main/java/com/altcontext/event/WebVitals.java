package com.altcontext.event;

import org.jspecify.annotations.Nullable;

/** Core Web Vitals of one page view (web.dev/vitals): milliseconds, and the layout shift's score without a unit. */
public record WebVitals(
        @Nullable Double fcpMs,
        @Nullable Double lcpMs,
        @Nullable Double inpMs,
        @Nullable Double ttfbMs,
        @Nullable Double clsScore) {
    public static final WebVitals NONE = new WebVitals(null, null, null, null, null);
}
