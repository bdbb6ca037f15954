package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Writes the whole database into a file. */
@Command(
        name = "backup",
        description =
                "Writes the whole database into a file that only you can read, by pg_dump, which must be as new as the "
                        + "server. It holds personal data: encrypt it before it leaves this machine, and keep it no longer than "
                        + "you promise to keep data.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {"", "Example:", "  altops backup --to altcontext.dump"})
final class BackupCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Altops altops;

    @Option(names = "--to", required = true, paramLabel = "FILE", description = "A file that is not there yet.")
    private Path to = Path.of("");

    @Override
    public Integer call() {
        PgProgram dump = PgProgram.find("pg_dump", altops().shell());
        PgProgram restore = PgProgram.find("pg_restore", altops().shell());
        DatabaseUrl database = altops().database();
        PgVersions.check(altops().sql(), dump);
        Path file = to.toAbsolutePath();
        Path part = file.resolveSibling(file.getFileName() + ".part");
        long tables;
        try (var _ = altops().screen().progress("backing up")) {
            refuseToOverwrite(file);
            create(part);
            var _ = dump.runOn(
                    database, "--format=custom", "--no-owner", "--no-privileges", "--file=" + part, "--no-password");
            // It is read once, so that a file that cannot be is not found out on the day that it is needed.
            tables = restore.run("--list", part.toString())
                    .lines()
                    .filter(line -> line.contains(" TABLE DATA "))
                    .count();
            move(part, file);
        } finally {
            delete(part);
        }
        long bytes = size(file);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.put("bytes", bytes);
        answer.put("tables", tables);
        altops().screen()
                .print(answer, List.of("backed up " + Figures.count(tables, "table") + ", " + Figures.size(bytes)));
        return Exit.DONE;
    }

    private static void refuseToOverwrite(Path file) {
        if (Files.exists(file)) {
            throw new Failure(Exit.USAGE, "that file is there already", "name another with --to");
        }
    }

    /** Nobody else may read it, from the first byte on. */
    private static void create(Path part) {
        try {
            var _ = Files.createFile(
                    part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new Failure(
                    Exit.FAILED, "another backup into that file is at work", "wait for it, or remove its .part");
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "that file cannot be written", "name another with --to");
        }
    }

    private static void move(Path part, Path file) {
        try {
            var _ = Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new Failure(Exit.FAILED, "that file cannot be put in place at once", "name another with --to");
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "that file cannot be put in place", "name another with --to");
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
            throw new Failure(Exit.FAILED, "the backup cannot be read again", "see what became of the file");
        }
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
