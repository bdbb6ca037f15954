package com.altcontext.attribution;

import com.altcontext.value.PackagedFile;
import java.util.List;

/** A list in a file beside the classes: one entry per line, {@code #} begins a comment. */
final class DataFile {
    private DataFile() {}

    /**
     * The entries, without comments and empty lines.
     *
     * @throws IllegalStateException when the build left the file out
     */
    static List<String> lines(String name) {
        return PackagedFile.text(DataFile.class, name)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }
}
