package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupCheck;
import com.altcontext.metrics.RollupCheck.Mismatch;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Compares the daily figures with the raw events. */
@Command(
        name = "check",
        description = {
            "Compares the figures with the raw rows, one by one, and names each difference; exit 3 when there is one. By "
                    + "default of the last 8 full days.",
            "Events that came in, or a person who was forgotten, since the day was rolled up are differences."
        },
        footer = {"", "Example:", "  altops rollup check --day 2026-01-31 --property docs"})
final class RollupCheckCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private final RollupOptions options = new RollupOptions();

    RollupCheckCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        CommandOutput output = context.output();
        Sql sql = context.sql().withTimeout(RollupCommand.MAX_STATEMENT);
        options.requireProperty(sql);
        List<LocalDate> days =
                options.days().orElseGet(() -> new Rollup(sql, context.clock()).lastFullDays(options.property()));
        RollupCheck check = new RollupCheck(sql, context.clock());
        List<Mismatch> differences = new ArrayList<>();
        try (ProgressLine progress = output.progress("checking")) {
            for (LocalDate day : days) {
                progress.step("checking " + day);
                differences.addAll(check.check(day, options.property()));
            }
        }
        output.print(
                JsonObject.ok(differences.isEmpty())
                        .with("days", days)
                        .with(
                                "differences",
                                differences.stream()
                                        .map(RollupCheckCommand::json)
                                        .toList()),
                Stream.concat(
                                differences.stream().map(found -> line(found, output)),
                                Stream.of(HumanFormat.count(differences.size(), "difference") + " on "
                                        + HumanFormat.count(days.size(), "day")))
                        .toList());
        return differences.isEmpty() ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private static String line(Mismatch found, CommandOutput output) {
        return found.day() + "  " + found.property() + "  " + found.figure() + ": "
                + output.bad("rolled up " + found.rolledUp() + ", raw " + found.raw());
    }

    private static JsonObject json(Mismatch found) {
        return new JsonObject()
                .with("day", found.day())
                .with("property", found.property())
                .with("figure", found.figure())
                .with("rolledUp", found.rolledUp())
                .with("raw", found.raw());
    }
}
