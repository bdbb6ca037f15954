package com.altcontext.ops.retention;

import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import com.altcontext.retention.Purge;
import com.altcontext.retention.PurgeCount;
import com.altcontext.retention.PurgePlan;
import com.altcontext.retention.PurgeReceipt;
import com.altcontext.retention.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Removes expired data. */
@Command(
        name = "purge",
        description = {
            "Removes raw events after RAW_EVENT_RETENTION_DAYS (90), rollups and counted rejections after "
                    + "ROLLUP_RETENTION_MONTHS (24), and sessions and visitors that have nothing left.",
            "Removes leads that were asked by mail to confirm and did not within UNCONFIRMED_LEAD_DAYS (30), and messages "
                    + "that were set aside 30 days ago.",
            "Exit 3 when a day had to be kept, because it is not rolled up or was in use."
        },
        footer = {
            "",
            "Example:",
            "  altops retention purge --dry-run && altops retention purge",
            "  altops retention purge --keep-submissions 365d"
        })
final class RetentionPurgeCommand implements Callable<Integer> {
    /** Enough to count and delete the events of a year over a slow network. */
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(30);

    private static final Pattern DAYS = Pattern.compile("([1-9][0-9]{0,3})d");

    private final CommandContext context;

    @Option(names = "--dry-run", description = "Show what would be removed, and change nothing.")
    private boolean dryRun;

    @Option(names = "--force", description = "Also remove days that are not rolled up: their figures are lost.")
    private boolean force;

    @Option(
            names = "--keep-submissions",
            paramLabel = "DAYS",
            description =
                    "How long to keep what people filled into forms, like 365d; default: as long as their lead is kept.")
    private @Nullable String keepSubmissions;

    RetentionPurgeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        RetentionPolicy policy = context.environment().retention(submissionDays());
        // With a clock that is ahead, data that must still be kept would seem to have expired.
        context.refuseClockAhead("nothing was removed; set the clock, then purge again");
        Instant now = context.now();
        PurgePlan plan;
        PurgeReceipt receipt;
        try (ProgressLine progress = context.output().progress("looking for what has expired")) {
            Purge purge = new Purge(context.sql().withTimeout(MAX_STATEMENT));
            plan = purge.plan(policy, now, force);
            receipt = dryRun ? plan.expected() : apply(purge, plan, now, progress);
        }
        return show(plan, receipt);
    }

    private @Nullable Integer submissionDays() {
        if (keepSubmissions == null) {
            return null;
        }
        Matcher days = DAYS.matcher(keepSubmissions);
        if (!days.matches()) {
            throw new Failure(Exit.USAGE, "--keep-submissions is wrong", "write a number of days like 365d");
        }
        return Integer.valueOf(days.group(1));
    }

    private static PurgeReceipt apply(Purge purge, PurgePlan plan, Instant now, ProgressLine progress) {
        return purge.apply(
                        plan,
                        now,
                        removed -> progress.step(
                                "removed " + HumanFormat.count(removed.days().size(), "day") + ", "
                                        + counted(removed, PurgeCount.SESSIONS, "session") + ", "
                                        + counted(removed, PurgeCount.VISITORS, "visitor")))
                .orElseThrow(() -> new Failure(
                        Exit.FAILED,
                        "another purge is under way",
                        "nothing was done; to see its progress, run altops status"));
    }

    private int show(PurgePlan plan, PurgeReceipt receipt) {
        boolean complete = receipt.daysLeft() == 0;
        context.output().print(json(plan, receipt, complete), lines(plan, receipt));
        return complete ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private List<String> lines(PurgePlan plan, PurgeReceipt receipt) {
        CommandOutput output = context.output();
        String verb = dryRun ? "would remove " : "removed ";
        List<String> lines = new ArrayList<>();
        lines.add("events are kept from " + plan.eventsKeptFrom() + ", rollups and rejections from "
                + plan.rollupsKeptFrom());
        long bytes = receipt.count(PurgeCount.BYTES);
        lines.add(verb + counted(receipt, PurgeCount.EVENTS, "event") + " of "
                + HumanFormat.count(receipt.days().size(), "day")
                + (bytes == 0 ? "" : ", " + HumanFormat.size(bytes)));
        lines.add(verb + counted(receipt, PurgeCount.SESSIONS, "session") + " and "
                + counted(receipt, PurgeCount.VISITORS, "visitor"));
        lines.add(verb + counted(receipt, PurgeCount.ROLLUPS, "row") + " of rollups and "
                + HumanFormat.count(receipt.count(PurgeCount.REJECTIONS)) + " of rejections");
        lines.add(verb + counted(receipt, PurgeCount.LEADS, "lead") + " that never confirmed, "
                + counted(receipt, PurgeCount.SUBMISSIONS, "submission") + " and "
                + counted(receipt, PurgeCount.MESSAGES, "message") + " that could not be delivered");
        for (LocalDate day : receipt.keptDays()) {
            lines.add(output.bad("kept " + day) + ", which is not rolled up: run altops rollup, then purge again");
        }
        for (LocalDate day : receipt.busyDays()) {
            lines.add(output.bad("kept " + day) + ", which was in use: the next purge removes it");
        }
        return lines;
    }

    private static String counted(PurgeReceipt receipt, PurgeCount of, String one) {
        return HumanFormat.count(receipt.count(of), one);
    }

    private JsonObject json(PurgePlan plan, PurgeReceipt receipt, boolean complete) {
        JsonObject json = JsonObject.ok(complete)
                .with("dryRun", dryRun)
                .with("eventsKeptFrom", plan.eventsKeptFrom())
                .with("rollupsKeptFrom", plan.rollupsKeptFrom())
                .with("days", receipt.days())
                .with("notRolledUp", receipt.keptDays())
                .with("inUse", receipt.busyDays());
        for (PurgeCount count : PurgeCount.values()) {
            json = json.with(count.key(), receipt.count(count));
        }
        return json;
    }
}
