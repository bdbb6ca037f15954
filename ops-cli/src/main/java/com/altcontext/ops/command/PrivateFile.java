package com.altcontext.ops.command;

import java.io.BufferedWriter;
import java.io.FilterWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A new file that only its owner can read, from the first moment on. Closing it deletes it, and so does a signal that ends this
 * process, unless {@link #keep} was called.
 */
public final class PrivateFile extends FilterWriter {
    private static final FileAttribute<?>[] OWNER_ONLY =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];

    private final Path path;
    private final AtExit unfinished;
    private boolean kept;

    /** @throws IOException also if the file already exists */
    public PrivateFile(Path path) throws IOException {
        SeekableByteChannel channel =
                Files.newByteChannel(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
        super(new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8)));
        this.path = path;
        this.unfinished = AtExit.delete(path);
    }

    /** Makes an empty file with a new name beside another file, for another program to write. */
    public static Path beside(Path other) throws IOException {
        return Files.createTempFile(other.getParent(), other.getFileName() + ".", ".part", OWNER_ONLY);
    }

    /** Completes the file. */
    public void keep() throws IOException {
        out.flush();
        kept = true;
        unfinished.close();
    }

    @Override
    public void close() throws IOException {
        super.close();
        if (!kept) {
            Files.deleteIfExists(path);
            unfinished.close();
        }
    }
}
