package com.altcontext.ops.rollup;

import com.altcontext.db.Sql;
import com.altcontext.metrics.check.RollupCheck;
import com.altcontext.metrics.check.RollupCheck.Mismatch;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.metrics.rollup.RollupRefused;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
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
            "Compares each figure with the raw rows and prints the differences; exit 3 when there is one. By "
                    + "default, it checks the last 8 full days. Days whose raw events are gone cannot be compared; exit 1 when there is one.",
            "Events that arrived, or people who were erased, after the day was rolled up cause differences."
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
        Sql sql = context.sql().withTimeout(RollupCommand.MAX_STATEMENT);
        context.requireProperty(options.property());
        List<LocalDate> days =
                options.days().orElseGet(() -> new RollupDays(sql, context.clock()).lastFullDays(options.property()));
        RollupCheck check = new RollupCheck(sql, context.clock());
        List<Mismatch> differences = new ArrayList<>();
        List<LocalDate> compared = new ArrayList<>();
        List<RollupRefused> refused = new ArrayList<>();
        try (ProgressLine progress = context.output().progress("checking")) {
            for (LocalDate day : days) {
                progress.step("checking " + day);
                try {
                    differences.addAll(check.check(day, options.property()));
                    compared.add(day);
                } catch (RollupRefused one) {
                    refused.add(one);
                }
            }
        }
        if (compared.isEmpty() && !refused.isEmpty()) {
            throw refused.getFirst();
        }
        print(differences, compared, refused);
        if (!differences.isEmpty()) {
            return Exit.CHECK_FAILED;
        }
        return refused.isEmpty() ? Exit.DONE : Exit.FAILED;
    }

    private void print(List<Mismatch> differences, List<LocalDate> compared, List<RollupRefused> refused) {
        CommandOutput output = context.output();
        output.print(
                JsonObject.ok(differences.isEmpty() && refused.isEmpty())
                        .with("days", compared)
                        .with(
                                "differences",
                                differences.stream()
                                        .map(RollupCheckCommand::json)
                                        .toList())
                        .with(
                                "refused",
                                refused.stream().map(RollupRefused::getMessage).toList()),
                Stream.of(
                                differences.stream().map(found -> line(found, output)),
                                refused.stream().map(one -> output.bad("refused") + ": " + one.getMessage()),
                                Stream.of(HumanFormat.count(differences.size(), "difference") + " on "
                                        + HumanFormat.count(compared.size(), "day")))
                        .flatMap(some -> some)
                        .toList());
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
