package com.altcontext.metrics.query;

import java.time.LocalDate;

/** Thrown if a window begins before the first day whose raw rows are kept. */
public final class RawRowsGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final LocalDate firstDay;

    RawRowsGone(LocalDate firstDay) {
        super("raw rows are kept from " + firstDay + " on", null, false, false);
        this.firstDay = firstDay;
    }

    /** The first day on which a window can begin. */
    public LocalDate firstDay() {
        return firstDay;
    }
}
