package com.altcontext.ops.rollup;

import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which days and which property a rollup is about. */
final class RollupOptions {
    private static final int MAX_DAYS = 3_660;

    @Option(
            names = "--day",
            paramLabel = "DAY",
            description = "This day only, like 2026-01-31, in the time zone of each property.")
    private @Nullable LocalDate day;

    @Option(names = "--from", paramLabel = "DAY", description = "The first day; needs --to.")
    private @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DAY", description = "The last day, included.")
    private @Nullable LocalDate to;

    @Option(names = "--property", paramLabel = "SLUG", description = "This property only; default: all.")
    private @Nullable String property;

    /** The slug that was given; null for all. */
    @Nullable
    String property() {
        return property;
    }

    /** The days that were given, or nothing if none was. */
    Optional<List<LocalDate>> days() {
        if (day != null) {
            if (from != null || to != null) {
                throw usage("--day cannot be combined with --from and --to");
            }
            return Optional.of(List.of(day));
        }
        if (from == null && to == null) {
            return Optional.empty();
        }
        if (from == null || to == null || to.isBefore(from)) {
            throw usage("--from and --to must be given together, and --from must not be later");
        }
        if (from.plusDays(MAX_DAYS).isBefore(to)) {
            throw usage("--from and --to span more than " + MAX_DAYS + " days");
        }
        return Optional.of(from.datesUntil(to.plusDays(1)).toList());
    }

    private static Failure usage(String what) {
        return new Failure(Exit.USAGE, what, "see: altops rollup --help");
    }
}
