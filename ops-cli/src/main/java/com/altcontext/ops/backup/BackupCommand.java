package com.altcontext.ops.backup;

import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import com.altcontext.ops.command.AtExit;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.PrivateFile;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes the whole database into a file. */
@Command(
        name = "backup",
        description =
                "Writes the whole database into a file that only you can read. It uses pg_dump, which must be as new as the "
                        + "server. The file holds personal data: encrypt it before it leaves this machine, and keep it no longer than "
                        + "you promised to keep data.",
        footer = {"", "Example:", "  altops backup --to altcontext.dump"})
public final class BackupCommand implements Runnable {
    private final CommandContext context;

    @Option(names = "--to", required = true, paramLabel = "FILE", description = "The file to write; it must not exist.")
    private Path to = Path.of("");

    BackupCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        refuseOnCluster(context.sql(), "altops backup");
        PgProgram dump = PgProgram.find("pg_dump", context.shell());
        PgProgram restore = PgProgram.find("pg_restore", context.shell());
        DatabaseUrl database = context.databaseUrl();
        PgVersions.check(context.sql(), dump);
        if (context.sql().inTransaction(DatabaseState::schemaVersion) == 0) {
            throw new Failure(
                    Exit.FAILED,
                    "the database has no AltContext schema",
                    "check that DATABASE_URL names the right database");
        }
        Path file = to.toAbsolutePath();
        refuseToOverwrite(file);
        Path part = part(file);
        long tables;
        try (var _ = AtExit.delete(part);
                var _ = context.output().progress("backing up")) {
            var _ = dump.runOn(
                    database, "--format=custom", "--no-owner", "--no-privileges", "--file=" + part, "--no-password");
            // Reading the backup shows now whether it can be restored, not only on the day when it is needed.
            tables = restore.run("--list", part.toString())
                    .lines()
                    .filter(line -> line.contains(" TABLE DATA "))
                    .count();
            move(part, file);
        } finally {
            delete(part);
        }
        long bytes = size(file);
        context.output()
                .print(
                        JsonObject.ok(true).with("bytes", bytes).with("tables", tables),
                        List.of("backed up " + HumanFormat.count(tables, "table") + ", " + HumanFormat.size(bytes)));
    }

    /** pg_dump sees only the coordinator, and restoring its file would replace distributed tables with plain ones. */
    static void refuseOnCluster(Sql sql, String what) {
        boolean distributed =
                sql.inTransaction(tx -> tx.queryOne("SELECT to_regclass('cluster') IS NOT NULL", row -> row.flag(1))
                        && Buckets.areDistributed(tx));
        if (distributed) {
            throw new Failure(
                    Exit.FAILED,
                    what + " does not work on a Citus cluster",
                    "nothing was done; back up each node with pg_basebackup or your provider's backups, and with"
                            + " citus_create_restore_point to restore all nodes to the same moment");
        }
    }

    private static void refuseToOverwrite(Path file) {
        if (Files.exists(file)) {
            throw new Failure(Exit.USAGE, "that file already exists", "name another with --to");
        }
    }

    /** Makes the unfinished file. Each run gets its own. */
    private static Path part(Path file) {
        try {
            return PrivateFile.beside(file);
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "that file cannot be written", "name another with --to");
        }
    }

    private static void move(Path part, Path file) {
        try {
            var _ = Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new Failure(
                    Exit.FAILED,
                    "the file system of that file cannot rename the finished backup in one step",
                    "name another with --to");
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "that file cannot be created", "name another with --to");
        }
    }

    private static void delete(Path part) {
        try {
            var _ = Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "the unfinished file could not be removed", "remove its .part");
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "the finished backup cannot be read", "check the file and the disk");
        }
    }
}
