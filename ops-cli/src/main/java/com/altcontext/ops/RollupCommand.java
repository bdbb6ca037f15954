package com.altcontext.ops;

import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupReceipt;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Computes the daily figures. */
@Command(
        name = "rollup",
        description = {
            "Computes the daily figures from the raw events: by default of the last days, for late events, and of every "
                    + "earlier day that is not rolled up yet, so that a missed run is caught up.",
            "Each day is one transaction. A second run at once waits for the first."
        },
        subcommands = {RollupStatusCommand.class, RollupCheckCommand.class, RollupViewCommand.class},
        footer = {"", "Example:", "  altops rollup", "  altops rollup --from 2026-01-01 --to 2026-01-31 --property docs"
        })
final class RollupCommand implements Runnable {
    /** A day of many millions of events on a small machine. */
    static final Duration MAX_STATEMENT = Duration.ofHours(1);

    private final CommandContext context;

    @Mixin
    private final RollupOptions options = new RollupOptions();

    RollupCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        options.requireProperty(context.sql());
        Rollup rollup = new Rollup(context.sql().withTimeout(MAX_STATEMENT), context.clock());
        List<RollupReceipt> done = new ArrayList<>();
        try (ProgressLine progress = context.output().progress("looking for days")) {
            List<LocalDate> days = options.days().orElseGet(() -> rollup.plan(options.property()));
            for (LocalDate day : days) {
                progress.step("rolling up " + day + ", " + (done.size() + 1) + " of " + days.size());
                done.add(rollup.tryRun(day, options.property()).orElseGet(() -> {
                    context.output().note("another run is under way: waiting for it");
                    return rollup.run(day, options.property());
                }));
            }
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("property", options.property())
                                .with(
                                        "days",
                                        done.stream().map(RollupCommand::json).toList()),
                        Stream.concat(
                                        done.stream()
                                                .map(one ->
                                                        one.day() + "  " + HumanFormat.count(one.events(), "event")),
                                        Stream.of("rolled up " + HumanFormat.count(done.size(), "day")))
                                .toList());
    }

    private static JsonObject json(RollupReceipt receipt) {
        return new JsonObject()
                .with("day", receipt.day())
                .with("events", receipt.events())
                .with("tookMs", receipt.took().toMillis());
    }
}
