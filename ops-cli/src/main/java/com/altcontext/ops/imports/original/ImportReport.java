package com.altcontext.ops.imports.original;

import java.util.Map;
import java.util.TreeMap;

/** How many rows an import stored, changed and skipped, by kind and reason. */
final class ImportReport {
    private final Map<String, Long> imported = new TreeMap<>();
    private final Map<String, Long> changed = new TreeMap<>();
    private final Map<String, Long> skipped = new TreeMap<>();

    void imported(String what, long number) {
        imported.merge(what, number, Long::sum);
    }

    void changed(String what) {
        changed.merge(what, 1L, Long::sum);
    }

    void skipped(String why) {
        skipped(why, 1);
    }

    void skipped(String why, long number) {
        if (number > 0) {
            skipped.merge(why, number, Long::sum);
        }
    }

    Map<String, Long> imported() {
        return imported;
    }

    Map<String, Long> changed() {
        return changed;
    }

    /** By the reason. */
    Map<String, Long> skipped() {
        return skipped;
    }
}
