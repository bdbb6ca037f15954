package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Puts a backup in the place of what the database holds. */
@Command(
        name = "restore",
        description =
                "Puts a backup in the place of what the database holds, applies the migrations that it lacks, and forgets "
                        + "again whoever it brought back. Stop the service first. It needs IP_HASH_PEPPER, by which those who were "
                        + "forgotten are known.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {"", "Example:", "  altops restore --from altcontext.dump --yes"})
final class RestoreCommand implements Callable<Integer> {
    private static final int SHORTEST_PEPPER = 16;

    @ParentCommand
    private @Nullable Altops altops;

    @Option(names = "--from", required = true, paramLabel = "FILE", description = "What altops backup has written.")
    private Path from = Path.of("");

    @Option(names = "--yes", description = "Replace what the database holds. Without it nothing is done.")
    private boolean yes;

    @Override
    public Integer call() {
        PgProgram restore = PgProgram.find("pg_restore", altops().shell());
        if (!Files.isReadable(from)) {
            throw new Failure(Exit.USAGE, "that file cannot be read", "name a backup with --from");
        }
        var _ = restore.run("--list", from.toString());
        String pepper = pepper();
        DatabaseUrl database = altops().database();
        if (!yes) {
            throw new Failure(
                    Exit.USAGE,
                    "what the database holds would be replaced",
                    "stop the service, make a backup of it, and give --yes");
        }
        Replacement replacement = new Replacement(altops().sql());
        int applied;
        int entries;
        int forgotten;
        try (var _ = altops().screen().progress("restoring")) {
            replacement.moveAside();
            applied = load(restore, database, replacement);
            entries = replacement.carryErasuresOver();
            replacement.carryAuditOver();
            forgotten = replacement.forgetAgain(pepper, altops().shell().clock().instant());
            replacement.finish();
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.put("erasuresCarriedOver", entries);
        answer.put("migrationsApplied", applied);
        answer.put("forgottenAgain", forgotten);
        altops().screen()
                .print(
                        answer,
                        List.of(
                                "restored",
                                Figures.count(applied, "migration") + " applied that the backup lacks",
                                Figures.count(entries, "row") + " of the erasure log carried over, "
                                        + Figures.count(forgotten, "person") + " forgotten again"));
        return Exit.DONE;
    }

    private int load(PgProgram restore, DatabaseUrl database, Replacement replacement) {
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
                replacement.undo();
            }
        }
    }

    private String pepper() {
        String pepper = altops().shell().variable("IP_HASH_PEPPER").strip();
        if (pepper.length() < SHORTEST_PEPPER) {
            throw new Failure(
                    Exit.USAGE,
                    "IP_HASH_PEPPER is not set: who was forgotten could not be told",
                    "set it to what the service had when the backup was made");
        }
        return pepper;
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
