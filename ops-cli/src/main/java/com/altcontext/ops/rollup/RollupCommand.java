package com.altcontext.ops.rollup;

import com.altcontext.db.Sql;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.metrics.rollup.RollupReceipt;
import com.altcontext.metrics.rollup.RollupRefused;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Computes the daily figures. */
@Command(
        name = "rollup",
        description = {
            "Computes the daily figures from the raw events. By default, it does so for today, for the 8 days before, since events "
                    + "may arrive late, and for every earlier day that is not rolled up yet, so a missed run is caught up.",
            "Each day is one transaction. A second run waits until the first has ended."
        },
        subcommands = {RollupStatusCommand.class, RollupCheckCommand.class, RollupViewCommand.class},
        footer = {"", "Example:", "  altops rollup", "  altops rollup --from 2026-01-01 --to 2026-01-31 --property docs"
        })
public final class RollupCommand implements Callable<Integer> {
    /** Enough for a day of many millions of events on a small machine. */
    public static final Duration MAX_STATEMENT = Duration.ofHours(1);

    private final CommandContext context;

    @Mixin
    private final RollupOptions options = new RollupOptions();

    /** Whether another run under way was already reported. */
    private boolean hasNotedWait;

    RollupCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.requireProperty(options.property());
        // With a clock that is ahead, future days would count as rolled up, and the figures as fresh until those days
        // are over.
        context.refuseClockAhead("nothing was rolled up; set the clock, then try again");
        Sql sql = context.sql().withTimeout(MAX_STATEMENT);
        Rollup rollup = new Rollup(sql, context.clock());
        List<RollupReceipt> done = new ArrayList<>();
        List<RollupRefused> refused = new ArrayList<>();
        try (ProgressLine progress = context.output().progress("looking for days")) {
            List<LocalDate> days =
                    options.days().orElseGet(() -> new RollupDays(sql, context.clock()).plan(options.property()));
            for (LocalDate day : days) {
                progress.step("rolling up " + day + ", " + (done.size() + refused.size() + 1) + " of " + days.size());
                try {
                    done.add(rollUp(rollup, day));
                } catch (RollupRefused one) {
                    refused.add(one);
                }
            }
        }
        if (done.isEmpty() && !refused.isEmpty()) {
            throw refused.getFirst();
        }
        context.output().print(json(done, refused), lines(done, refused));
        return refused.isEmpty() ? Exit.DONE : Exit.FAILED;
    }

    private RollupReceipt rollUp(Rollup rollup, LocalDate day) {
        return rollup.tryRun(day, options.property()).orElseGet(() -> {
            if (!hasNotedWait) {
                context.output().note("another run is under way: waiting for it");
                hasNotedWait = true;
            }
            return rollup.run(day, options.property());
        });
    }

    private List<String> lines(List<RollupReceipt> done, List<RollupRefused> refused) {
        return Stream.of(
                        done.stream().map(one -> one.day() + "  " + HumanFormat.count(one.events(), "event")),
                        refused.stream().map(one -> context.output().bad("refused") + ": " + one.getMessage()),
                        Stream.of("rolled up " + HumanFormat.count(done.size(), "day")))
                .flatMap(some -> some)
                .toList();
    }

    private JsonObject json(List<RollupReceipt> done, List<RollupRefused> refused) {
        return JsonObject.ok(refused.isEmpty())
                .with("property", options.property())
                .with("days", done, RollupCommand::json)
                .with("refused", refused.stream().map(RollupRefused::getMessage).toList());
    }

    private static JsonObject json(RollupReceipt receipt) {
        return new JsonObject()
                .with("day", receipt.day())
                .with("events", receipt.events())
                .with("tookMs", receipt.took().toMillis());
    }
}
