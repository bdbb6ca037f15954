package com.altcontext.ops.status;

import com.altcontext.db.Sql;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.rollup.RollupFreshness;
import com.altcontext.ops.status.Inventory.StoredEvents;
import com.altcontext.retention.LastPurge;
import com.altcontext.retention.RetentionPolicy;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
        Status status = new Status(inventory, rollups, problems);
        context.output().print(StatusJson.of(status), StatusText.of(status, context.output()));
        return problems.isEmpty() ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private List<String> problems(Inventory inventory, @Nullable RollupFreshness rollups, RetentionPolicy retention) {
        if (rollups == null) {
            return List.of("the schema is older than this release needs: run altops migrate");
        }
        List<String> problems = new ArrayList<>();
        addOfEvents(inventory.events(), retention, problems);
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
        return problems;
    }

    private void addOfEvents(StoredEvents events, RetentionPolicy retention, List<String> problems) {
        if (!events.tomorrow()) {
            problems.add("tomorrow has no partition: the service makes them, so check that it runs");
        }
        if (events.inDefaultPartition() > 0) {
            problems.add(
                    "events are in the default partition: the service moves them once it makes the partition of their day");
        }
        Instant oldest = events.oldest();
        long overdue =
                oldest == null ? 0 : retention.daysOverdue(LocalDate.ofInstant(oldest, ZoneOffset.UTC), context.now());
        if (overdue > RetentionPolicy.MAX_DAYS_OVERDUE) {
            problems.add(
                    "events are kept " + HumanFormat.count(overdue, "day") + " longer than the " + retention.eventDays()
                            + " of RAW_EVENT_RETENTION_DAYS: run altops retention purge, and check its schedule");
        }
    }
}
