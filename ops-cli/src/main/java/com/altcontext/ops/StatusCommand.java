package com.altcontext.ops;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupStatus;
import com.altcontext.ops.Inventory.LastList;
import com.altcontext.retention.LastPurge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** What an operator looks at in the morning. */
@Command(
        name = "status",
        description = {
            "Says what is in the database, how old and how big it is.",
            "Exit 3 when something is wanting: the schema is older than this release needs, tomorrow has no partition, "
                    + "events lie in the default partition, rollups lag by more than 2 days or have gaps, or the last "
                    + "purge had to keep a day or did not end."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {"", "Example:", "  altops status", "  altops status --json | jq .wanting"})
final class StatusCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Altops altops;

    @Override
    public Integer call() {
        Inventory inventory;
        RollupStatus rollups = null;
        try (var _ = altops().screen().progress("taking stock")) {
            Sql sql = altops().sql();
            inventory = Inventory.of(sql, altops().shell().clock().instant());
            if (inventory.isCurrent()) {
                rollups = new Rollup(sql, altops().shell().clock()).status();
            }
        }
        List<String> wanting = wanting(inventory, rollups);
        altops().screen().print(asMap(inventory, rollups, wanting), lines(inventory, rollups, wanting));
        return wanting.isEmpty() ? Exit.DONE : Exit.WANTING;
    }

    private static List<String> wanting(Inventory inventory, @Nullable RollupStatus rollups) {
        if (rollups == null) {
            return List.of("the schema is older than this release needs: altops migrate");
        }
        List<String> wanting = new ArrayList<>();
        if (!inventory.events().tomorrow()) {
            wanting.add("tomorrow has no partition: the service makes them, so see that it runs");
        }
        if (inventory.events().strays() > 0) {
            wanting.add("events lie in the default partition: the service moves them when it makes their day's");
        }
        if (rollups.lagDays() == null || rollups.lagDays() > RollupCommand.MAX_DAYS_BEHIND) {
            wanting.add("rollups lag: altops rollup, and see that it runs every day");
        } else if (!rollups.gaps().isEmpty()) {
            wanting.add("rollups have gaps: altops rollup");
        }
        LastPurge purge = inventory.lastPurge();
        if (purge != null && purge.state() == LastPurge.State.INTERRUPTED) {
            wanting.add("the last purge did not end: altops retention purge takes what it left");
        } else if (purge != null && purge.daysLeft() > 0) {
            wanting.add("the last purge had to keep days: altops rollup, then altops retention purge");
        }
        return wanting;
    }

    private List<String> lines(Inventory inventory, @Nullable RollupStatus rollups, List<String> wanting) {
        Screen screen = altops().screen();
        List<String> lines = new ArrayList<>();
        lines.add("schema        version " + inventory.schema() + ", "
                + (inventory.isCurrent()
                        ? screen.good("as this release needs")
                        : screen.bad("and this release needs " + DatabaseState.REQUIRED_SCHEMA)));
        if (rollups != null) {
            lines.add("events        " + span(inventory.events()));
            lines.add("partitions    " + Figures.count(inventory.events().daysAhead(), "day")
                    + " ahead, default partition "
                    + (inventory.events().strays() == 0
                            ? screen.good("empty")
                            : screen.bad(Figures.count(inventory.events().strays(), "event"))));
            lines.add("rollups       " + RollupCommand.asLine(rollups, screen));
            lines.add("leads         "
                    + (inventory.leads().isEmpty()
                            ? "none"
                            : inventory.leads().entrySet().stream()
                                    .map(one -> one.getKey() + " " + Figures.count(one.getValue()))
                                    .collect(Collectors.joining(", "))));
            LastPurge purge = inventory.lastPurge();
            lines.add("last purge    "
                    + (purge == null ? "never: altops retention purge is to run every day" : asLine(purge, screen)));
            lines.add("last erasure  "
                    + (inventory.lastErasure() == null ? "never" : Figures.time(inventory.lastErasure())));
            LastList list = inventory.lastList();
            lines.add("last list     "
                    + (list == null
                            ? "never"
                            : Figures.time(list.at()) + ", " + Figures.count(list.rows(), "lead") + ", by the "
                                    + list.by()));
        }
        lines.add("");
        int widest = inventory.tables().stream()
                .mapToInt(table -> table.name().length())
                .max()
                .orElse(0);
        inventory
                .tables()
                .forEach(table -> lines.add(("%-" + widest + "s %16s %-4s %12s")
                        .formatted(
                                table.name(),
                                (table.estimated() ? "about " : "") + Figures.count(table.rows()),
                                table.rows() == 1 ? "row" : "rows",
                                Figures.size(table.bytes()))));
        if (!wanting.isEmpty()) {
            lines.add("");
            wanting.forEach(one -> lines.add(screen.bad("wanting") + "       " + one));
        }
        return lines;
    }

    private static String asLine(LastPurge purge, Screen screen) {
        String gone = Figures.count(purge.events(), "event");
        return Figures.time(purge.at()) + ", "
                + switch (purge.state()) {
                    case FINISHED -> gone;
                    case RUNNING -> "at work, " + gone + " so far";
                    case INTERRUPTED ->
                        screen.bad("begun and not finished") + ", " + gone + " of " + Figures.count(purge.days(), "day")
                                + " had gone";
                };
    }

    private static String span(Inventory.Events events) {
        return events.oldest() == null || events.newest() == null
                ? "none"
                : "from " + Figures.time(events.oldest()) + " to " + Figures.time(events.newest());
    }

    private static Map<String, ?> asMap(Inventory inventory, @Nullable RollupStatus rollups, List<String> wanting) {
        LastPurge purge = inventory.lastPurge();
        LastList list = inventory.lastList();
        return Answer.ok(wanting.isEmpty())
                .with("wanting", wanting)
                .with(
                        "schema",
                        Answer.of()
                                .with("version", inventory.schema())
                                .with("required", DatabaseState.REQUIRED_SCHEMA)
                                .asMap())
                .with(
                        "tables",
                        inventory.tables().stream()
                                .map(table -> Answer.of()
                                        .with("name", table.name())
                                        .with("rows", table.rows())
                                        .with("estimated", table.estimated())
                                        .with("bytes", table.bytes())
                                        .asMap())
                                .toList())
                .with(
                        "events",
                        Answer.of()
                                .with("oldest", inventory.events().oldest())
                                .with("newest", inventory.events().newest())
                                .with("partitionsAhead", inventory.events().daysAhead())
                                .with("inDefaultPartition", inventory.events().strays())
                                .asMap())
                .with("rollups", rollups == null ? null : RollupCommand.asMap(rollups))
                .with("leads", inventory.leads())
                .with(
                        "lastPurge",
                        purge == null
                                ? null
                                : Answer.of()
                                        .with("at", purge.at())
                                        .with("finished", purge.state() == LastPurge.State.FINISHED)
                                        .with("events", purge.events())
                                        .with("daysLeft", purge.daysLeft())
                                        .asMap())
                .with("lastErasure", inventory.lastErasure())
                .with(
                        "lastLeadList",
                        list == null
                                ? null
                                : Answer.of()
                                        .with("at", list.at())
                                        .with("by", list.by())
                                        .with("rows", list.rows())
                                        .asMap())
                .asMap();
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
