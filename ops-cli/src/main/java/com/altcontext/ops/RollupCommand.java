package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupCheck;
import com.altcontext.metrics.RollupCheck.Difference;
import com.altcontext.metrics.RollupReceipt;
import com.altcontext.metrics.RollupStatus;
import com.altcontext.metrics.StoredFigures;
import com.altcontext.property.PropertyStore;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The daily aggregates. */
@Command(
        name = "rollup",
        description = {
            "Computes the daily figures from the raw events: by default of the last days, for late events, and of every "
                    + "earlier day that is not rolled up yet, so that a missed run is caught up.",
            "Each day is one transaction. A second run at once waits for the first."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {"", "Example:", "  altops rollup", "  altops rollup --from 2026-01-01 --to 2026-01-31 --property docs"
        })
final class RollupCommand implements Callable<Integer> {
    /** A day of many millions of events on a small machine. */
    private static final Duration MAX_STATEMENT = Duration.ofHours(1);

    /** Rollups are made every day; two days without are a fault of whatever should make them. */
    static final int MAX_DAYS_BEHIND = 2;

    private static final int MAX_DAYS = 3_660;

    @ParentCommand
    private @Nullable Altops altops;

    @Option(names = "--day", paramLabel = "DAY", description = "This UTC day alone, like 2026-01-31.")
    private @Nullable LocalDate day;

    @Option(names = "--from", paramLabel = "DAY", description = "From this day, with --to.")
    private @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DAY", description = "To this day, which is included.")
    private @Nullable LocalDate to;

    @Option(names = "--property", paramLabel = "SLUG", description = "For this property alone; default: all.")
    private @Nullable String property;

    @Override
    public Integer call() {
        requireProperty(altops().sql(), property);
        Rollup rollup = rollup();
        List<RollupReceipt> done = new ArrayList<>();
        try (Progress progress = altops().screen().progress("looking for days")) {
            List<LocalDate> days = asked(day, from, to).orElseGet(rollup::plan);
            for (LocalDate one : days) {
                progress.step("rolling up " + one + ", " + (done.size() + 1) + " of " + days.size());
                done.add(rollup.tryRun(one, property).orElseGet(() -> {
                    altops().screen().note("another run is under way: waiting for it");
                    return rollup.run(one, property);
                }));
            }
        }
        List<String> lines = new ArrayList<>(done.stream()
                .map(one -> one.day() + "  " + Figures.count(one.events(), "event"))
                .toList());
        lines.add("rolled up " + Figures.count(done.size(), "day"));
        altops().screen()
                .print(
                        Answer.ok(true)
                                .with("property", property)
                                .with(
                                        "days",
                                        done.stream()
                                                .map(one -> Answer.of()
                                                        .with("day", one.day())
                                                        .with("events", one.events())
                                                        .with(
                                                                "tookMs",
                                                                one.took().toMillis())
                                                        .asMap())
                                                .toList())
                                .asMap(),
                        lines);
        return Exit.DONE;
    }

    @Command(
            name = "status",
            description =
                    "Says how fresh the rollups are; exit 3 when days are missing or they lag by more than 2 days.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops rollup status || altops rollup"})
    int status() {
        RollupStatus status = rollup().status();
        boolean fresh = isFresh(status);
        altops().screen()
                .print(
                        Answer.ok(fresh).with("rollups", asMap(status)).asMap(),
                        List.of(asLine(status, altops().screen())));
        return fresh ? Exit.DONE : Exit.WANTING;
    }

    @Command(
            name = "check",
            description = {
                "Holds the figures against the raw rows, one by one, and names each difference; exit 3 when there is one. By "
                        + "default of the 8 days before today.",
                "Events that came in, or a person who was forgotten, since the day was rolled up are differences."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops rollup check --day 2026-01-31 --property docs"})
    int check(
            @Option(names = "--day", paramLabel = "DAY", description = "This UTC day alone.") @Nullable LocalDate one,
            @Option(names = "--from", paramLabel = "DAY", description = "From this day, with --to.") @Nullable
                    LocalDate first,
            @Option(names = "--to", paramLabel = "DAY", description = "To this day, which is included.") @Nullable
                    LocalDate last,
            @Option(names = "--property", paramLabel = "SLUG", description = "For this property alone; default: all.")
                    @Nullable
                    String slug) {
        Sql sql = altops().sql().withTimeout(MAX_STATEMENT);
        List<LocalDate> days = asked(one, first, last)
                .orElseGet(() ->
                        today().minusDays(Rollup.LATE_DAYS).datesUntil(today()).toList());
        requireRawEvents(sql, days.getFirst());
        if (days.getLast().isAfter(today())) {
            throw new Failure(Exit.FAILED, days.getLast() + " is still to come", "name a day up to today");
        }
        requireProperty(sql, slug);
        RollupCheck check = new RollupCheck(sql, altops().shell().clock());
        List<Difference> differences = new ArrayList<>();
        try (Progress progress = altops().screen().progress("checking")) {
            for (LocalDate each : days) {
                progress.step("checking " + each);
                differences.addAll(check.check(each, slug));
            }
        }
        List<String> lines = new ArrayList<>(differences.stream()
                .map(found -> found.day() + "  " + found.property() + "  " + found.figure() + ": "
                        + altops().screen().bad("rolled up " + found.rolledUp() + ", raw " + found.raw()))
                .toList());
        lines.add(Figures.count(differences.size(), "difference") + " on " + Figures.count(days.size(), "day"));
        altops().screen()
                .print(
                        Answer.ok(differences.isEmpty())
                                .with("days", days)
                                .with(
                                        "differences",
                                        differences.stream()
                                                .map(found -> Answer.of()
                                                        .with("day", found.day())
                                                        .with("property", found.property())
                                                        .with("figure", found.figure())
                                                        .with("rolledUp", found.rolledUp())
                                                        .with("raw", found.raw())
                                                        .asMap())
                                                .toList())
                                .asMap(),
                        lines);
        return differences.isEmpty() ? Exit.DONE : Exit.WANTING;
    }

    @Command(
            name = "view",
            description =
                    "Makes or refreshes the materialized view that the service reads with METRICS_USE_MATERIALIZED_VIEW.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops rollup && altops rollup view"})
    int view() {
        boolean made;
        try (var _ = altops().screen().progress("refreshing")) {
            made = new StoredFigures(altops().sql().withTimeout(MAX_STATEMENT)).refresh();
        }
        altops().screen()
                .print(
                        Answer.ok(true).with("made", made).asMap(),
                        List.of(made ? "made the view" : "refreshed the view"));
        return Exit.DONE;
    }

    /**
     * Against what was purged, every figure would be wrong. A purge that was interrupted has dropped some of its days: of these
     * there is the note of their rollup, and nothing that it could have been made of.
     */
    private static void requireRawEvents(Sql sql, LocalDate earliest) {
        boolean gone = sql.inTransaction(
                        tx -> tx.query("""
                        SELECT coalesce((SELECT max(events_kept_from) FROM purge_log WHERE finished_at IS NOT NULL) > ?, false)
                               OR EXISTS (SELECT FROM rollup_days WHERE day = ? AND events > 0)
                              AND NOT event_partition_exists('events_' || to_char(?::date, 'YYYYMMDD'))
                              AND NOT EXISTS (SELECT FROM events WHERE day = ?)
                        """, row -> row.flag(1), earliest, earliest, earliest, earliest))
                .getFirst();
        if (gone) {
            throw new Failure(
                    Exit.FAILED,
                    "the raw events of " + earliest + " are gone: there is nothing to hold its figures against",
                    "name a later day");
        }
    }

    private static void requireProperty(Sql sql, @Nullable String slug) {
        if (slug != null
                && sql.inTransaction(PropertyStore::list).stream()
                        .noneMatch(known -> known.slug().equals(slug))) {
            throw new Failure(Exit.FAILED, "there is no property " + slug, "see them with: altops property list");
        }
    }

    static boolean isFresh(RollupStatus status) {
        return status.gaps().isEmpty() && status.lagDays() != null && status.lagDays() <= MAX_DAYS_BEHIND;
    }

    static String asLine(RollupStatus status, Screen screen) {
        if (status.rolledUpThrough() == null || status.rolledUpAt() == null || status.lagDays() == null) {
            return screen.bad("never rolled up");
        }
        String through = "through " + status.rolledUpThrough() + ", at " + Figures.time(status.rolledUpAt());
        String behind = Figures.count(status.lagDays(), "day") + " behind";
        String gaps = status.gaps().isEmpty()
                ? screen.good("no gaps")
                : screen.bad("missing: "
                        + String.join(
                                " ",
                                status.gaps().stream().map(LocalDate::toString).toList()));
        return through + ", " + (status.lagDays() > MAX_DAYS_BEHIND ? screen.bad(behind) : screen.good(behind)) + ", "
                + gaps;
    }

    static Map<String, ?> asMap(RollupStatus status) {
        return Answer.of()
                .with("rolledUpThrough", status.rolledUpThrough())
                .with("rolledUpAt", status.rolledUpAt())
                .with("lagDays", status.lagDays())
                .with("gaps", status.gaps())
                .with("unsettled", status.unsettled())
                .asMap();
    }

    /** The days that were named, or nothing if none was. */
    private static Optional<List<LocalDate>> asked(
            @Nullable LocalDate one, @Nullable LocalDate first, @Nullable LocalDate last) {
        if (one != null) {
            if (first != null || last != null) {
                throw usage("--day excludes --from and --to");
            }
            return Optional.of(List.of(one));
        }
        if (first == null && last == null) {
            return Optional.empty();
        }
        if (first == null || last == null || last.isBefore(first)) {
            throw usage("--from and --to belong together, the earlier first");
        }
        if (first.plusDays(MAX_DAYS).isBefore(last)) {
            throw usage("--from and --to span more than " + MAX_DAYS + " days");
        }
        return Optional.of(first.datesUntil(last.plusDays(1)).toList());
    }

    private LocalDate today() {
        return LocalDate.ofInstant(altops().shell().clock().instant(), ZoneOffset.UTC);
    }

    private static Failure usage(String what) {
        return new Failure(Exit.USAGE, what, "see: altops rollup --help");
    }

    private Rollup rollup() {
        return new Rollup(
                altops().sql().withTimeout(MAX_STATEMENT), altops().shell().clock());
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
