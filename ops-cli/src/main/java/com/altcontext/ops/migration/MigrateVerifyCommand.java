package com.altcontext.ops.migration;

import com.altcontext.db.Migrations;
import com.altcontext.db.Migrations.Difference;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares the schema with what this release needs. */
@Command(
        name = "verify",
        description = "Checks that the schema is what this release needs; exit 3 when it is not.",
        footer = {"", "Example:", "  altops migrate verify --quiet || altops migrate"})
final class MigrateVerifyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--allow-newer", description = "Accept migrations that a later release has added.")
    private boolean allowNewer;

    MigrateVerifyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.refuseUnusable();
        CommandOutput output = context.output();
        List<Difference> differences = Migrations.of(context.databaseUrl()).verify().stream()
                .filter(one -> !(allowNewer && one.isNewer()))
                .toList();
        boolean verified = differences.isEmpty();
        output.print(
                JsonObject.ok(verified).with("differences", differences, MigrateVerifyCommand::json),
                verified
                        ? List.of(output.good("the schema is what this release needs"))
                        : differences.stream()
                                .map(one -> one.version() + " (" + one.description() + ") " + one.rule())
                                .toList());
        return verified ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private static JsonObject json(Difference difference) {
        return new JsonObject()
                .with("version", difference.version())
                .with("description", difference.description())
                .with("rule", difference.rule());
    }
}
