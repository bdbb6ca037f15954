package com.altcontext.devdb;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL programs of this platform, unpacked once per machine and user from the archive on the class path. */
final class PostgresBinaries {
    private PostgresBinaries() {}

    /** The directory that holds {@code bin} and {@code lib}. Several processes may ask at once: the first to finish wins. */
    static Path home() throws IOException {
        String resource = "/postgres-" + platform() + ".txz";
        Path home = cache().resolve("postgres-" + digest(resource));
        if (!Files.isExecutable(home.resolve("bin/postgres"))) {
            unpackInto(home, resource);
        }
        return home;
    }

    private static void unpackInto(Path home, String resource) throws IOException {
        Path parent = Files.createDirectories(home.toAbsolutePath().getParent());
        Path unpacking = Files.createTempDirectory(parent, "unpacking-");
        try {
            unpack(resource, unpacking);
            Files.setPosixFilePermissions(unpacking, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(unpacking, home);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException | AtomicMoveNotSupportedException e) {
            if (!Files.isExecutable(home.resolve("bin/postgres"))) {
                throw e;
            }
        } finally {
            Directories.delete(unpacking);
        }
    }

    private static void unpack(String resource, Path into) throws IOException {
        try (InputStream raw = open(resource);
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(raw)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("the PostgreSQL archive holds a path outside of itself");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                    } else {
                        Files.copy(tar, target);
                        Files.setPosixFilePermissions(target, permissions(entry.getMode()));
                    }
                }
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if ((mode & 0100) != 0) {
            permissions.addAll(PosixFilePermissions.fromString("--x--x--x"));
        }
        return permissions;
    }

    /** A directory of this user's own: a shared one would let another user plant the programs that we run. */
    private static Path cache() throws IOException {
        List<Path> candidates = new ArrayList<>();
        if (Privileges.isRoot()) {
            candidates.add(Path.of("/var/cache/altcontext")); // may be read by the account that root steps down to
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (xdg != null && xdg.startsWith("/")) {
            candidates.add(Path.of(xdg, "altcontext"));
        }
        candidates.add(Path.of(System.getProperty("user.home"), ".cache", "altcontext"));
        for (Path candidate : candidates) {
            try {
                Files.createDirectories(candidate);
                if (Files.isWritable(candidate)) {
                    return candidate;
                }
            } catch (IOException e) {
                // not ours to write in: the next one
            }
        }
        Path throwAway = Files.createTempDirectory("altcontext-postgres-");
        Files.setPosixFilePermissions(throwAway, PosixFilePermissions.fromString("rwxr-xr-x"));
        Directories.deleteAtExit(throwAway);
        return throwAway;
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String system = os.startsWith("mac") ? "darwin" : os;
        String processor = switch (machine) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> machine;
        };
        return system + "-" + processor;
    }

    private static String digest(String resource) throws IOException {
        try (InputStream in = open(resource)) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(sha256.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = PostgresBinaries.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("there is no embedded PostgreSQL for " + platform()
                    + ": start a PostgreSQL 15 or newer yourself and name it in DATABASE_URL (or TEST_DATABASE_URL)");
        }
        return in;
    }
}
