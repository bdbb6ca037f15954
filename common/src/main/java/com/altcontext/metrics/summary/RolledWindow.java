package com.altcontext.metrics.summary;

import com.altcontext.metrics.Summary;
import java.util.List;

/**
 * The figures of a window and of each of its days, from one version of the rollups.
 *
 * @param days one for each day of the window
 */
public record RolledWindow(Summary summary, List<RolledDay> days) {
    public RolledWindow {
        days = List.copyOf(days);
    }
}
