package com.altcontext.metrics.summary;

import java.time.LocalDate;

/** Thrown if a window begins before the first day whose rollups are kept. */
public final class RollupsGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final LocalDate firstDay;

    RollupsGone(LocalDate firstDay) {
        super("figures are kept from " + firstDay + " on", null, false, false);
        this.firstDay = firstDay;
    }

    /** The first day on which a window can begin. */
    public LocalDate firstDay() {
        return firstDay;
    }
}
