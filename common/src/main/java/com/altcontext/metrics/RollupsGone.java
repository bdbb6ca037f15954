package com.altcontext.metrics;

import java.time.LocalDate;

/** A question reaches further back than the rollups are kept. */
public final class RollupsGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final LocalDate firstDay;

    RollupsGone(LocalDate firstDay) {
        super("figures are kept from " + firstDay + " on", null, false, false);
        this.firstDay = firstDay;
    }

    /** The first day that questions can be about. */
    public LocalDate firstDay() {
        return firstDay;
    }
}
