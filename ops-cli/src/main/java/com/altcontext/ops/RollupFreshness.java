package com.altcontext.ops;

import com.altcontext.metrics.rollup.RollupStatus;
import java.time.LocalDate;
import java.util.stream.Collectors;

/** How fresh the rollups are, and whether that is a problem: for {@code altops status} and {@code altops rollup status}. */
record RollupFreshness(RollupStatus status) {
    /** Rollups are made every day. If they are further behind, the job that makes them has failed. */
    private static final int MAX_DAYS_BEHIND = 2;

    boolean isFresh() {
        return !isLagging() && status.gaps().isEmpty();
    }

    boolean isLagging() {
        return status.lagDays() == null || status.lagDays() > MAX_DAYS_BEHIND;
    }

    String line(CommandOutput output) {
        if (status.rolledUpThrough() == null || status.rolledUpAt() == null || status.lagDays() == null) {
            return output.bad("never rolled up");
        }
        String behind = HumanFormat.count(status.lagDays(), "day") + " behind";
        String gaps = status.gaps().isEmpty()
                ? output.good("no gaps")
                : output.bad("missing: "
                        + status.gaps().stream().map(LocalDate::toString).collect(Collectors.joining(" ")));
        return "through " + status.rolledUpThrough() + ", at " + HumanFormat.time(status.rolledUpAt()) + ", "
                + (isLagging() ? output.bad(behind) : output.good(behind)) + ", " + gaps;
    }

    JsonObject json() {
        return new JsonObject()
                .with("rolledUpThrough", status.rolledUpThrough())
                .with("rolledUpAt", status.rolledUpAt())
                .with("lagDays", status.lagDays())
                .with("gaps", status.gaps())
                .with("unsettled", status.unsettled());
    }
}
