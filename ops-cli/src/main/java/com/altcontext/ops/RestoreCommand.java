package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.value.KeyedHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts a backup in the place of what the database holds. */
@Command(
        name = "restore",
        description =
                "Puts a backup in the place of what the database holds, applies the migrations that it lacks, keeps what "
                        + "was withdrawn since, and forgets again the people whom it brought back. Stop the service first. It "
                        + "needs IP_HASH_PEPPER, since the log of erasures holds only keyed hashes.",
        footer = {"", "Example:", "  altops restore --from altcontext.dump --yes"})
final class RestoreCommand implements Runnable {
    private final CommandContext context;

    @Option(names = "--from", required = true, paramLabel = "FILE", description = "What altops backup has written.")
    private Path from = Path.of("");

    @Option(names = "--yes", description = "Replace what the database holds. Without it nothing is done.")
    private boolean yes;

    RestoreCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        PgProgram restore = PgProgram.find("pg_restore", context.shell());
        if (!Files.isReadable(from)) {
            throw new Failure(Exit.USAGE, "that file cannot be read", "name a backup with --from");
        }
        var _ = restore.run("--list", from.toString());
        KeyedHash hash = context.environment().hash();
        DatabaseUrl database = context.databaseUrl();
        ClusterCommand.refuseOn(context.sql(), "altops restore");
        if (!yes) {
            throw new Failure(
                    Exit.USAGE,
                    "what the database holds would be replaced",
                    "stop the service, make a backup of it, and give --yes");
        }
        SchemaSwap swap = new SchemaSwap(context.sql());
        int applied;
        int entries;
        int withdrawals;
        int forgotten;
        try (var _ = context.output().progress("restoring")) {
            swap.moveAside();
            applied = load(restore, database, swap);
            entries = swap.carryErasuresOver();
            swap.carryAuditOver();
            swap.carryTextsOver();
            swap.carryKeysOver();
            withdrawals = swap.carryWithdrawalsOver();
            swap.carryMessagesOver();
            forgotten = swap.forgetAgain(hash, context.now());
            swap.finish();
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("erasuresCarriedOver", entries)
                                .with("migrationsApplied", applied)
                                .with("forgottenAgain", forgotten)
                                .with("withdrawalsCarriedOver", withdrawals),
                        List.of(
                                "restored",
                                HumanFormat.count(applied, "migration") + " applied that the backup lacks",
                                HumanFormat.count(entries, "row") + " of the erasure log carried over, "
                                        + HumanFormat.count(forgotten, "person") + " forgotten again",
                                HumanFormat.count(withdrawals, "withdrawal") + " of consent carried over"));
    }

    private int load(PgProgram restore, DatabaseUrl database, SchemaSwap swap) {
        boolean loaded = false;
        try {
            var _ = restore.runOn(
                    database,
                    "--single-transaction",
                    "--exit-on-error",
                    "--no-owner",
                    "--no-privileges",
                    "--no-password",
                    "--dbname=" + database.database(),
                    from.toString());
            int applied = Migrations.of(database).apply().size();
            loaded = true;
            return applied;
        } finally {
            if (!loaded) {
                swap.undo();
            }
        }
    }
}
