package com.altcontext.ops.imports.original;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.DatabaseFailure;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.db.Statistics;
import com.altcontext.db.Tx;
import com.altcontext.event.Partitions;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.OperatorConnections;
import com.altcontext.ops.command.ProgressLine;
import com.altcontext.privacy.Erasure;
import com.altcontext.property.Property;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Imports everything from the database of the earlier Node system. */
@Command(
        name = "original",
        description = {
            "Imports properties, visitors, sessions, events, leads, links, forms and consent from the database of the earlier Node "
                    + "system, which is only read.",
            "Sessions are computed anew from the events. Another run imports what is missing, also after an interruption."
        },
        footer = {"", "Example:", "  altops import original --from postgres://user:password@host:5432/old --dry-run"})
public final class ImportOriginalCommand implements Runnable {
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(10);
    /** How far back each day gets a partition of its own. Older events are stored in the default partition. */
    private static final int PARTITIONED_DAYS = 399;

    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.import");
    private static final String KEPT_FROM = "SELECT max(events_kept_from)::timestamp AT TIME ZONE 'UTC' FROM purge_log";
    /** Also looks at leads: a day that has only leads needs a partition too, so that it can be rolled up. */
    private static final String TIMES = """
            SELECT least(min("timestamp"), (SELECT min(first_captured_at) FROM leads)) AT TIME ZONE 'UTC',
                   greatest(max("timestamp"), (SELECT max(first_captured_at) FROM leads)) AT TIME ZONE 'UTC'
            FROM events WHERE isfinite("timestamp")
            """;

    private final CommandContext context;
    private final ImportReport report = new ImportReport();

    @Option(
            names = "--from",
            paramLabel = "URL",
            description =
                    "The earlier system's database, postgres://user:password@host:5432/database; default: the variable "
                            + "ORIGINAL_DATABASE_URL, which other users of the machine cannot see.")
    private @Nullable String from;

    @Option(
            names = "--dry-run",
            description =
                    "Show what would be imported or left out, including what an earlier run imported. Stores nothing.")
    private boolean dryRun;

    ImportOriginalCommand(CommandContext context) {
        this.context = context;
    }

    /** The times of the first and the last event or captured lead; null if there is none. */
    private record Times(@Nullable Instant first, @Nullable Instant last) {
        /** Leaves out the days that were purged here: they keep their figures, which can no longer be computed. */
        Times since(Instant keptFrom) {
            if (first == null || last == null || last.isBefore(keptFrom)) {
                return new Times(null, null);
            }
            return new Times(first.isBefore(keptFrom) ? keptFrom : first, last);
        }
    }

    @Override
    public void run() {
        DatabaseUrl url = originalUrl();
        int months = context.environment().impliedConsentMonths();
        Sql sql = context.sql().withTimeout(MAX_STATEMENT);
        try (OperatorConnections connections = new OperatorConnections(url);
                ProgressLine progress = context.output().progress("reading the earlier system")) {
            connect(connections);
            // This transaction stays open for the lock alone; the work is done in others.
            Times times = sql.inTransaction(guard -> {
                if (!LOCK.tryTakeForRun(guard)) {
                    throw new Failure(
                            Exit.FAILED, "another altops import is under way", "wait for it; nothing was done");
                }
                return new Sql(connections).inSnapshot(original -> importAll(sql, guard, original, months, progress));
            });
            show(times);
        }
    }

    /** Connects once, so that the message about a refused login names the earlier system and not DATABASE_URL. */
    private static void connect(OperatorConnections original) {
        try {
            var _ = new Sql(original).inTransaction(tx -> tx.query("SELECT 1", row -> row.number(1)));
        } catch (DatabaseFailure refused) {
            throw new Failure(
                    Exit.FAILED,
                    "the earlier system: " + refused.getMessage(),
                    refused.remedy().replace("DATABASE_URL", "--from or ORIGINAL_DATABASE_URL"));
        }
    }

    private DatabaseUrl originalUrl() {
        String text = from == null ? context.shell().variable("ORIGINAL_DATABASE_URL") : from;
        try {
            return DatabaseUrl.parse(text).requireAuthorities().withLoginTimeout();
        } catch (IllegalArgumentException wrong) {
            throw new Failure(
                    Exit.USAGE,
                    text.isBlank() ? "no database to import from is named" : String.valueOf(wrong.getMessage()),
                    "give --from, or set ORIGINAL_DATABASE_URL");
        }
    }

    private static void refuseUnlessReadable(Tx original) {
        List<String> missing = OriginalSchema.missing(original);
        if (!missing.isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    "that is not a database of the earlier system: it lacks "
                            + String.join(", ", missing.subList(0, Math.min(5, missing.size())))
                            + (missing.size() > 5 ? " and " + (missing.size() - 5) + " more" : ""),
                    "name the database of the earlier Node system and a login that may read it; nothing was stored");
        }
        List<String> unusable = OriginalSchema.unusableTimes(original);
        if (!unusable.isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    "the earlier system has times before the year 1 or after 9999 in " + String.join(", ", unusable),
                    "correct or remove these rows there; nothing was stored");
        }
    }

    private Times importAll(Sql sql, Tx guard, Tx original, int months, ProgressLine progress) {
        refuseUnlessReadable(original);
        ErasedPeople erased = new ErasedPeople(
                original, Erasure.erased(guard, () -> context.environment().hash()));
        Instant keptFrom =
                guard.queryOne(KEPT_FROM, row -> Objects.requireNonNullElse(row.timeOrNull(1), Instant.EPOCH));
        Times times = original.queryOne(TIMES, row -> new Times(row.timeOrNull(1), row.timeOrNull(2)))
                .since(keptFrom);
        if (!dryRun) {
            makePartitions(sql, times, keptFrom);
        }
        SessionRule rule = context.environment().sessionRule();
        Set<UUID> visitors = new HashSet<>();
        for (Map.Entry<Property, List<String>> property :
                new OriginalProperties(sql, dryRun, report).importAll(original).entrySet()) {
            Property target = property.getKey();
            visitors.addAll(new OriginalEvents(
                            dryRun ? null : sql, rule, target, keptFrom, context.now(), erased, report)
                    .importAll(original, property.getValue(), at -> {
                        progress.step("events of " + target.id() + " up to " + LocalDate.ofInstant(at, ZoneOffset.UTC));
                        AdvisoryLock.keepOpen(guard);
                    }));
        }
        progress.step("leads");
        new OriginalLeads(dryRun ? null : sql, rule, months, visitors, erased, report)
                .importAll(original, () -> AdvisoryLock.keepOpen(guard));
        if (!dryRun) {
            Statistics.gatherMissing(sql);
        }
        return times;
    }

    private void makePartitions(Sql sql, Times times, Instant keptFrom) {
        LocalDate today = LocalDate.ofInstant(context.now(), ZoneOffset.UTC);
        if (times.first != null) {
            LocalDate earliest = today.minusDays(PARTITIONED_DAYS);
            // A site's first day may begin on the UTC day before. If that day had no partition, its rows would count as
            // purged: the site's day would never be rolled up, and a purge would keep it. A day that was really purged
            // gets no partition.
            LocalDate first = LocalDate.ofInstant(times.first, ZoneOffset.UTC).minusDays(1);
            LocalDate kept = LocalDate.ofInstant(keptFrom, ZoneOffset.UTC);
            var _ = new Partitions(sql, context.clock()).ensure(Collections.max(List.of(earliest, kept, first)), today);
        }
    }

    /** The day of a time, or the nearest one that can be rolled up: the clocks of browsers may have been years off. */
    private LocalDate dayToRollUp(Instant time) {
        LocalDate today = LocalDate.ofInstant(context.now(), ZoneOffset.UTC);
        LocalDate day = LocalDate.ofInstant(time, ZoneOffset.UTC);
        return Collections.max(List.of(today.minusDays(PARTITIONED_DAYS), Collections.min(List.of(today, day))));
    }

    private void show(Times times) {
        List<String> lines = new ArrayList<>();
        report.imported()
                .forEach((what, number) ->
                        lines.add((dryRun ? "would import " : "imported ") + HumanFormat.count(number) + " " + what));
        report.changed().forEach((what, number) -> lines.add("changed " + HumanFormat.count(number) + " " + what));
        report.skipped().forEach((why, number) -> lines.add("skipped " + HumanFormat.count(number) + " " + why));
        JsonObject rollup = null;
        if (!dryRun && times.first != null && times.last != null) {
            LocalDate first = dayToRollUp(times.first);
            LocalDate last = dayToRollUp(times.last);
            rollup = new JsonObject().with("from", first).with("to", last);
            lines.add("next: altops rollup --from " + first + " --to " + last);
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("dryRun", dryRun)
                                .with("from", times.first)
                                .with("to", times.last)
                                .with("taken", report.imported())
                                .with("changed", report.changed())
                                .with("left", report.skipped())
                                .with("rollup", rollup),
                        lines);
    }
}
