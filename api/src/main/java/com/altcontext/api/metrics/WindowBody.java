package com.altcontext.api.metrics;

import com.altcontext.metrics.Window;
import java.time.LocalDate;

/** A window as JSON; both days are included. */
public record WindowBody(LocalDate from, LocalDate to) {
    static WindowBody of(Window window) {
        return new WindowBody(window.from(), window.to());
    }
}
