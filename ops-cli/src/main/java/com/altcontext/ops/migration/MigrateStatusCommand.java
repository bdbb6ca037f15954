package com.altcontext.ops.migration;

import com.altcontext.db.Migrations;
import com.altcontext.db.Migrations.Migration;
import com.altcontext.db.Migrations.State;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Lists the migrations. */
@Command(
        name = "status",
        description = "Lists the migrations and their state.",
        footer = {"", "Example:", "  altops migrate status --json"})
final class MigrateStatusCommand implements Runnable {
    private final CommandContext context;

    MigrateStatusCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        CommandOutput output = context.output();
        List<Migration> all = Migrations.of(context.databaseUrl()).status();
        long applied = all.stream().filter(one -> one.state() == State.APPLIED).count();
        output.print(
                JsonObject.ok(true).with("migrations", all, MigrateCommand::json),
                Stream.concat(
                                all.stream().map(one -> line(one, output)),
                                Stream.of(applied + " of " + all.size() + " applied"))
                        .toList());
    }

    private static String line(Migration migration, CommandOutput output) {
        String state = "%-8s".formatted(MigrateCommand.state(migration));
        return "%-4s %s %-20s %s"
                .formatted(
                        migration.version(),
                        migration.state() == State.APPLIED ? output.good(state) : output.bad(state),
                        migration.appliedAt() == null ? "" : HumanFormat.time(migration.appliedAt()),
                        migration.description());
    }
}
