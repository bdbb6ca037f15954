package com.altcontext.value;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads the files that the build packs with the classes. */
public final class PackagedFile {
    private PackagedFile() {}

    /**
     * Reads a whole file.
     *
     * @param name of a file in the package of the class; after a slash, a path from the root
     * @throws IllegalStateException if the build left the file out
     */
    public static byte[] bytes(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the build");
            }
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Reads a whole file, which is a text in UTF-8. */
    public static String text(Class<?> beside, String name) {
        return new String(bytes(beside, name), StandardCharsets.UTF_8);
    }
}
