package com.altcontext.ops.migration;

import com.altcontext.db.Migrations;
import com.altcontext.db.Migrations.Migration;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Brings the schema to what this release needs. */
@Command(
        name = "migrate",
        description = "Applies the pending migrations. Two runs at once are safe: the second waits.",
        subcommands = {MigrateStatusCommand.class, MigrateVerifyCommand.class},
        footer = {"", "Example:", "  altops migrate --dry-run && altops migrate"})
public final class MigrateCommand implements Runnable {
    private final CommandContext context;

    @Option(names = "--dry-run", description = "Show what would be applied, and change nothing.")
    private boolean dryRun;

    MigrateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        context.refuseUnusable();
        CommandOutput output = context.output();
        Migrations migrations = Migrations.of(context.databaseUrl());
        List<Migration> plan;
        try (var _ = output.progress(dryRun ? "looking at the schema" : "applying migrations")) {
            plan = dryRun ? migrations.plan() : migrations.apply();
        }
        String verb = dryRun ? "would apply " : "applied ";
        output.print(
                JsonObject.ok(true).with(dryRun ? "pending" : "applied", plan, MigrateCommand::json),
                plan.isEmpty()
                        ? List.of("nothing to apply: the schema is what this release needs")
                        : plan.stream()
                                .map(one -> verb + one.version() + " " + one.description())
                                .toList());
    }

    static JsonObject json(Migration migration) {
        return new JsonObject()
                .with("version", migration.version())
                .with("description", migration.description())
                .with("state", state(migration))
                .with("appliedAt", migration.appliedAt());
    }

    static String state(Migration migration) {
        return migration.state().name().toLowerCase(Locale.ROOT);
    }
}
