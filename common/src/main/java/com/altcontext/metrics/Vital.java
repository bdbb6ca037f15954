package com.altcontext.metrics;

/** The web vitals that are measured (web.dev/vitals), in the order in which they are stored. */
public enum Vital {
    FCP("fcpMs", "fcp_ms", "fcp_histogram", 1),
    LCP("lcpMs", "lcp_ms", "lcp_histogram", 1),
    INP("inpMs", "inp_ms", "inp_histogram", 1),
    TTFB("ttfbMs", "ttfb_ms", "ttfb_histogram", 1),
    CLS("clsScore", "cls_score", "cls_histogram", 1000);

    private final String key;
    private final String rawColumn;
    private final String histogramColumn;
    private final int scale;

    Vital(String key, String rawColumn, String histogramColumn, int scale) {
        this.key = key;
        this.rawColumn = rawColumn;
        this.histogramColumn = histogramColumn;
        this.scale = scale;
    }

    /** The name in JSON. */
    public String key() {
        return key;
    }

    /** The column of the raw events. */
    public String rawColumn() {
        return rawColumn;
    }

    /** The column of the rollups. */
    public String histogramColumn() {
        return histogramColumn;
    }

    /** The histogram counts the values multiplied by this number. */
    public int scale() {
        return scale;
    }

    /**
     * Converts a value of the histogram to the unit of the vital, rounded to tenths of milliseconds or to
     * ten-thousandths of a score.
     */
    public double unit(double counted) {
        double precision = 10.0 * scale;
        return Math.round(counted / scale * precision) / precision;
    }
}
