package com.altcontext.ops.backup;

import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that should be a backup. Its first bytes say what it is. */
record BackupFile(Path file) {
    private static final String DUMP = "PGDMP";
    private static final String ARMOURED = "-----BEGIN PGP MESSAGE-----";

    /** @throws Failure if the file is not a backup of an AltContext database, or pg_restore cannot read it */
    void check(PgProgram restore) {
        if (!Files.isReadable(file)) {
            throw new Failure(Exit.USAGE, "that file cannot be read", "name a backup with --from");
        }
        // The backup of another database, even an empty one, could be restored too, and everything here would be lost.
        if (!contents(restore).contains(" TABLE DATA public flyway_schema_history ")) {
            throw new Failure(
                    Exit.USAGE, "that file is not a backup of an AltContext database", "name another with --from");
        }
    }

    private String contents(PgProgram restore) {
        try {
            return restore.run("--list", file.toString());
        } catch (Failure failed) {
            throw explained(String.valueOf(failed.getMessage()));
        }
    }

    private Failure explained(String failure) {
        String start = start();
        if (start.startsWith(DUMP)) {
            return new Failure(
                    Exit.FAILED,
                    "that backup is damaged, or of a newer pg_dump: " + failure,
                    "name another with --from, or install a newer client of PostgreSQL");
        }
        if (start.startsWith(ARMOURED) || isEncryptedKey(start)) {
            return new Failure(
                    Exit.USAGE,
                    "that file is encrypted: " + failure,
                    "decrypt it with gpg --decrypt, and name the result");
        }
        return new Failure(
                Exit.USAGE, "that file is not a backup that altops made: " + failure, "name another with --from");
    }

    private String start() {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(ARMOURED.length()), StandardCharsets.ISO_8859_1);
        } catch (IOException none) {
            return "";
        }
    }

    /**
     * An encrypted OpenPGP message begins with a packet that holds the key for it, encrypted by a public key (tag 1) or
     * a password (tag 3): RFC 9580, 4.2 and 5.
     */
    private static boolean isEncryptedKey(String start) {
        if (start.isEmpty() || (start.charAt(0) & 0x80) == 0) {
            return false;
        }
        int first = start.charAt(0);
        int tag = (first & 0x40) == 0 ? (first & 0x3c) >> 2 : first & 0x3f;
        return tag == 1 || tag == 3;
    }
}
