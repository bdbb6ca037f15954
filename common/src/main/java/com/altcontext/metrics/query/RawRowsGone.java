package com.altcontext.metrics.query;

import java.time.LocalDate;

/** A question reaches further back than the raw rows are kept. */
public final class RawRowsGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final LocalDate firstDay;

    RawRowsGone(LocalDate firstDay) {
        super("raw rows are kept from " + firstDay + " on", null, false, false);
        this.firstDay = firstDay;
    }

    /** The first day that questions can be about. */
    public LocalDate firstDay() {
        return firstDay;
    }
}
