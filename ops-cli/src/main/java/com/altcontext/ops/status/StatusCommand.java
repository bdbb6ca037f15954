package com.altcontext.ops.status;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.delivery.OutboxBacklog;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.rollup.RollupFreshness;
import com.altcontext.ops.status.Inventory.LastLeadList;
import com.altcontext.ops.status.Inventory.StoredEvents;
import com.altcontext.retention.LastPurge;
import com.altcontext.retention.RetentionPolicy;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** An overview of the database, with its problems. */
@Command(
        name = "status",
        description = {
            "Shows what is in the database, how old it is and how big.",
            "Exit 3 when there is a problem: the schema is older than this release needs, tomorrow has no partition, "
                    + "events lie in the default partition, rollups lag by more than 2 days or have gaps, messages "
                    + "were set aside, the last purge had to keep a day or did not end, or events are over 2 days older than "
                    + "RAW_EVENT_RETENTION_DAYS (90) allows."
        },
        footer = {"", "Example:", "  altops status", "  altops status --json | jq .problems"})
public final class StatusCommand implements Callable<Integer> {
    private final CommandContext context;

    StatusCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        RetentionPolicy retention = context.environment().retention(null);
        Inventory inventory;
        RollupFreshness rollups = null;
        try (var _ = context.output().progress("reading the database")) {
            Sql sql = context.sql();
            inventory = Inventory.of(sql, context.now());
            if (inventory.isCurrent()) {
                rollups = new RollupFreshness(new RollupDays(sql, context.clock()).status());
            }
        }
        List<String> problems = problems(inventory, rollups, retention);
        context.output().print(json(inventory, rollups, problems), lines(inventory, rollups, problems));
        return problems.isEmpty() ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private List<String> problems(Inventory inventory, @Nullable RollupFreshness rollups, RetentionPolicy retention) {
        if (rollups == null) {
            return List.of("the schema is older than this release needs: run altops migrate");
        }
        List<String> problems = new ArrayList<>();
        if (!inventory.events().tomorrow()) {
            problems.add("tomorrow has no partition: the service makes them, so check that it runs");
        }
        if (inventory.events().inDefaultPartition() > 0) {
            problems.add(
                    "events are in the default partition: the service moves them once it makes the partition of their day");
        }
        if (rollups.isLagging()) {
            problems.add("rollups are late: run altops rollup, and check its schedule");
        } else if (!rollups.isFresh()) {
            problems.add("rollups have gaps: run altops rollup");
        }
        if (inventory.webhooks().setAside() > 0) {
            problems.add(
                    "webhooks did not accept messages for three days: run altops webhook list, then altops webhook replay");
        }
        if (inventory.mails().setAside() > 0) {
            problems.add("mails could not be sent: run altops mail list, check SMTP_URL, then altops mail replay");
        }
        LastPurge purge = inventory.lastPurge();
        if (purge != null && purge.state() == LastPurge.PurgeState.INTERRUPTED) {
            problems.add("the last purge did not end: altops retention purge removes what it left");
        } else if (purge != null && purge.daysLeft() > 0) {
            problems.add("the last purge had to keep days: run altops rollup, then altops retention purge");
        }
        Instant oldest = inventory.events().oldest();
        long overdue =
                oldest == null ? 0 : retention.daysOverdue(LocalDate.ofInstant(oldest, ZoneOffset.UTC), context.now());
        if (overdue > RetentionPolicy.MAX_DAYS_OVERDUE) {
            problems.add(
                    "events are kept " + HumanFormat.count(overdue, "day") + " longer than the " + retention.eventDays()
                            + " of RAW_EVENT_RETENTION_DAYS: run altops retention purge, and check its schedule");
        }
        return problems;
    }

    private List<String> lines(Inventory inventory, @Nullable RollupFreshness rollups, List<String> problems) {
        CommandOutput output = context.output();
        List<String> lines = new ArrayList<>();
        lines.add("schema        version " + inventory.schema() + ", "
                + (inventory.isCurrent()
                        ? output.good(
                                inventory.schema() == DatabaseState.REQUIRED_SCHEMA
                                        ? "as this release needs"
                                        : "newer than this release's " + DatabaseState.REQUIRED_SCHEMA)
                        : output.bad("but this release needs " + DatabaseState.REQUIRED_SCHEMA)));
        if (rollups != null) {
            StoredEvents events = inventory.events();
            lines.add("events        " + span(events));
            lines.add("partitions    " + HumanFormat.count(events.daysAhead(), "day") + " ahead, default partition "
                    + (events.inDefaultPartition() == 0
                            ? output.good("empty")
                            : output.bad(HumanFormat.count(events.inDefaultPartition(), "event"))));
            lines.add("rollups       " + rollups.line(output));
            lines.add("leads         "
                    + (inventory.leads().isEmpty()
                            ? "none"
                            : inventory.leads().entrySet().stream()
                                    .map(one -> one.getKey() + " " + HumanFormat.count(one.getValue()))
                                    .collect(Collectors.joining(", "))));
            if (inventory.leadsInReview() > 0) {
                lines.add("in review     " + HumanFormat.count(inventory.leadsInReview(), "lead")
                        + ": altops lead review");
            }
            lines.add("mails         " + line(inventory.mails(), output));
            lines.add("webhooks      " + line(inventory.webhooks(), output));
            LastPurge purge = inventory.lastPurge();
            lines.add("last purge    "
                    + (purge == null ? "never: run altops retention purge every day" : line(purge, output)));
            lines.add("last erasure  "
                    + (inventory.lastErasure() == null ? "never" : HumanFormat.time(inventory.lastErasure())));
            LastLeadList list = inventory.lastLeadList();
            lines.add("lead list     "
                    + (list == null
                            ? "never exported"
                            : "last exported " + HumanFormat.time(list.at()) + ", "
                                    + HumanFormat.count(list.rows(), "lead") + ", by "
                                    + (list.by().equals("altops") ? "" : "the ") + list.by()));
            inventory
                    .endingKeys()
                    .forEach(key -> lines.add("key " + output.bad("expires") + "   "
                            + HumanFormat.time(Objects.requireNonNull(key.expiresAt())) + ", " + key.name()));
        }
        if (!inventory.tables().isEmpty()) {
            lines.add("");
        }
        int width = inventory.tables().stream()
                .mapToInt(table -> table.name().length())
                .max()
                .orElse(0);
        inventory
                .tables()
                .forEach(table -> lines.add(("%-" + width + "s %16s %-4s %12s")
                        .formatted(
                                table.name(),
                                (table.estimated() ? "about " : "") + HumanFormat.count(table.rows()),
                                table.rows() == 1 ? "row" : "rows",
                                HumanFormat.size(table.bytes()))));
        if (!problems.isEmpty()) {
            lines.add("");
            problems.forEach(one -> lines.add(output.bad("problem") + "       " + one));
        }
        return lines;
    }

    private static String line(OutboxBacklog backlog, CommandOutput output) {
        Instant oldest = backlog.oldest();
        return (oldest == null
                        ? "none waiting"
                        : HumanFormat.count(backlog.waiting()) + " waiting since " + HumanFormat.time(oldest))
                + (backlog.setAside() == 0
                        ? ""
                        : ", " + output.bad(HumanFormat.count(backlog.setAside()) + " set aside"));
    }

    private static JsonObject json(OutboxBacklog backlog) {
        return new JsonObject()
                .with("waiting", backlog.waiting())
                .with("oldest", backlog.oldest())
                .with("setAside", backlog.setAside());
    }

    private static String line(LastPurge purge, CommandOutput output) {
        String removed = HumanFormat.count(purge.events(), "event");
        return HumanFormat.time(purge.at()) + ", "
                + switch (purge.state()) {
                    case FINISHED -> "removed " + removed;
                    case RUNNING -> "running, removed " + removed + " so far";
                    case INTERRUPTED ->
                        output.bad("started but not finished") + ", removed " + removed + " of "
                                + HumanFormat.count(purge.days(), "day");
                };
    }

    private static String span(StoredEvents events) {
        return events.oldest() == null || events.newest() == null
                ? "none"
                : "from " + HumanFormat.time(events.oldest()) + " to " + HumanFormat.time(events.newest());
    }

    private static JsonObject json(Inventory inventory, @Nullable RollupFreshness rollups, List<String> problems) {
        LastPurge purge = inventory.lastPurge();
        LastLeadList list = inventory.lastLeadList();
        return JsonObject.ok(problems.isEmpty())
                .with("problems", problems)
                .with(
                        "schema",
                        new JsonObject()
                                .with("version", inventory.schema())
                                .with("required", DatabaseState.REQUIRED_SCHEMA))
                .with(
                        "tables",
                        inventory.tables().stream()
                                .map(table -> new JsonObject()
                                        .with("name", table.name())
                                        .with("rows", table.rows())
                                        .with("estimated", table.estimated())
                                        .with("bytes", table.bytes()))
                                .toList())
                .with(
                        "events",
                        new JsonObject()
                                .with("oldest", inventory.events().oldest())
                                .with("newest", inventory.events().newest())
                                .with("partitionsAhead", inventory.events().daysAhead())
                                .with("inDefaultPartition", inventory.events().inDefaultPartition()))
                .with("rollups", rollups == null ? null : rollups.json())
                .with("leads", inventory.leads())
                .with("leadsInReview", inventory.leadsInReview())
                .with("mails", json(inventory.mails()))
                .with("webhooks", json(inventory.webhooks()))
                .with(
                        "endingKeys",
                        inventory.endingKeys().stream()
                                .map(key -> new JsonObject()
                                        .with("name", key.name())
                                        .with("expiresAt", key.expiresAt()))
                                .toList())
                .with(
                        "lastPurge",
                        purge == null
                                ? null
                                : new JsonObject()
                                        .with("at", purge.at())
                                        .with("finished", purge.state() == LastPurge.PurgeState.FINISHED)
                                        .with("events", purge.events())
                                        .with("daysLeft", purge.daysLeft()))
                .with("lastErasure", inventory.lastErasure())
                .with(
                        "lastLeadList",
                        list == null
                                ? null
                                : new JsonObject()
                                        .with("at", list.at())
                                        .with("by", list.by())
                                        .with("rows", list.rows()));
    }
}
