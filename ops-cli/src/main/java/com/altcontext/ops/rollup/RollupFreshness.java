package com.altcontext.ops.rollup;

import com.altcontext.metrics.rollup.RollupStatus;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.time.LocalDate;
import java.util.stream.Collectors;

/** How fresh the rollups are, and whether that is a problem: for {@code altops status} and {@code altops rollup status}. */
public record RollupFreshness(RollupStatus status) {
    /** Rollups are made every day. If they are further behind, the job that makes them has failed. */
    private static final int MAX_DAYS_BEHIND = 2;

    public boolean isFresh() {
        return !isLagging() && status.gaps().isEmpty();
    }

    public boolean isLagging() {
        return status.lagDays() == null || status.lagDays() > MAX_DAYS_BEHIND;
    }

    public String line(CommandOutput output) {
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

    public JsonObject json() {
        return new JsonObject()
                .with("rolledUpThrough", status.rolledUpThrough())
                .with("rolledUpAt", status.rolledUpAt())
                .with("lagDays", status.lagDays())
                .with("gaps", status.gaps())
                .with("unsettled", status.unsettled());
    }
}
