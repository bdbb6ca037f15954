package com.altcontext.metrics;

import java.util.Locale;

/** The web vitals that are measured (web.dev/vitals), in the order in which they are stored. */
public enum Vital {
    FCP("fcpMs", "fcp_histogram", 10),
    LCP("lcpMs", "lcp_histogram", 10),
    INP("inpMs", "inp_histogram", 10),
    TTFB("ttfbMs", "ttfb_histogram", 10),
    /** The score is counted in thousandths. */
    CLS("clsScore", "cls_histogram", 10_000);

    private final String key;
    final String column;
    private final double precision;

    Vital(String key, String column, double precision) {
        this.key = key;
        this.column = column;
        this.precision = precision;
    }

    /** The name in JSON. */
    public String key() {
        return key;
    }

    /** The column of the raw events. */
    String raw() {
        return this == CLS ? "cls_score" : name().toLowerCase(Locale.ROOT) + "_ms";
    }

    /**
     * Converts a value of the histogram to the unit of the vital, rounded to tenths of milliseconds or to
     * ten-thousandths of a score.
     */
    double unit(double counted) {
        double value = this == CLS ? counted / 1000 : counted;
        return Math.round(value * precision) / precision;
    }
}
