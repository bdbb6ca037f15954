package com.altcontext.ops.backup;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Statistics;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.value.KeyedHash;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Replaces the database's contents with a backup. */
@Command(
        name = "restore",
        description =
                "Replaces the database's contents with a backup, and applies the migrations that the backup lacks. Consent "
                        + "that was withdrawn since then stays withdrawn, and people who were erased since then are erased again. "
                        + "Stop the service first. Needs IP_HASH_PEPPER, since the log of erasures holds only keyed hashes.",
        footer = {"", "Example:", "  altops restore --from altcontext.dump --yes"})
public final class RestoreCommand implements Runnable {
    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.restore");

    private final CommandContext context;

    @Option(names = "--from", required = true, paramLabel = "FILE", description = "A file that altops backup wrote.")
    private Path from = Path.of("");

    @Option(names = "--yes", description = "Replace the database's contents. Without this, nothing is done.")
    private boolean yes;

    RestoreCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        PgProgram restore = PgProgram.find("pg_restore", context.shell());
        new BackupFile(from).check(restore);
        KeyedHash hash = context.environment().hash();
        DatabaseUrl database = context.databaseUrl();
        BackupCommand.refuseOnCluster(context.sqlDuringRestore(), "altops restore");
        if (!yes) {
            throw new Failure(
                    Exit.USAGE,
                    "this would replace everything in the database",
                    "stop the service, run altops backup, then give --yes");
        }
        // This transaction stays open for the lock alone; the work is done in others.
        Restored done = context.sqlDuringRestore().inTransaction(guard -> {
            if (!LOCK.tryTakeForRun(guard)) {
                throw new Failure(Exit.FAILED, "another altops restore is under way", "wait for it; nothing was done");
            }
            Migrations.refuseOtherTables(guard);
            try (var _ = context.output().progress("restoring")) {
                return replace(restore, database, hash);
            }
        });
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("erasuresCarriedOver", done.entries)
                                .with("migrationsApplied", done.migrations)
                                .with("forgottenAgain", done.erased)
                                .with("withdrawalsCarriedOver", done.withdrawals),
                        List.of(
                                "restored",
                                HumanFormat.count(done.migrations, "migration") + " applied that the backup lacks",
                                HumanFormat.count(done.entries, "row") + " of the erasure log carried over, "
                                        + HumanFormat.count(done.erased, "person") + " erased again",
                                HumanFormat.count(done.withdrawals, "withdrawal") + " of consent carried over"));
    }

    /** The numbers of migrations applied, entries of the erasure log and withdrawals carried over, and people erased again. */
    private record Restored(int migrations, int entries, int withdrawals, int erased) {}

    private Restored replace(PgProgram restore, DatabaseUrl database, KeyedHash hash) {
        SchemaSwap swap = new SchemaSwap(context.sqlDuringRestore());
        swap.moveAside();
        int migrations = load(restore, database, swap);
        Map<String, Integer> carried = swap.carryOver();
        int erased = swap.eraseAgain(hash, context.now());
        Statistics.gatherMissing(context.sqlDuringRestore());
        swap.finish();
        return new Restored(
                migrations, carried.getOrDefault("erasure_log", 0), carried.getOrDefault("consent_events", 0), erased);
    }

    private int load(PgProgram restore, DatabaseUrl database, SchemaSwap swap) {
        boolean loaded = false;
        try {
            if (PgVersions.mustLeaveOutSetting(context.sqlDuringRestore(), restore)) {
                restore.pipeTo(
                        PgProgram.find("psql", context.shell()),
                        database,
                        List.of(
                                "--no-psqlrc",
                                "--quiet",
                                "--no-password",
                                "--single-transaction",
                                "--set=ON_ERROR_STOP=1",
                                "--file=-"),
                        PgVersions.SETTING,
                        "--no-owner",
                        "--no-privileges",
                        "--file=-",
                        from.toString());
            } else {
                var _ = restore.runOn(
                        database,
                        "--single-transaction",
                        "--exit-on-error",
                        "--no-owner",
                        "--no-privileges",
                        "--no-password",
                        "--dbname=" + database.database(),
                        from.toString());
            }
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
