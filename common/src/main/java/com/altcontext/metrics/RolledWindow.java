package com.altcontext.metrics;

import java.util.List;

/**
 * What rollups hold of a window, as of one moment.
 *
 * @param days each of the window
 */
public record RolledWindow(Summary summary, List<RolledDay> days) {
    public RolledWindow {
        days = List.copyOf(days);
    }
}
