package com.altcontext.ops.original;

import java.util.Map;
import java.util.TreeMap;

/** What an import took, changed and left out, with the numbers. */
public final class ImportReport {
    private final Map<String, Long> taken = new TreeMap<>();
    private final Map<String, Long> changed = new TreeMap<>();
    private final Map<String, Long> left = new TreeMap<>();

    void took(String what, long number) {
        taken.merge(what, number, Long::sum);
    }

    void changed(String what) {
        changed.merge(what, 1L, Long::sum);
    }

    void left(String why) {
        left(why, 1);
    }

    void left(String why, long number) {
        if (number > 0) {
            left.merge(why, number, Long::sum);
        }
    }

    public Map<String, Long> taken() {
        return taken;
    }

    public Map<String, Long> changed() {
        return changed;
    }

    /** By the reason. */
    public Map<String, Long> left() {
        return left;
    }
}
