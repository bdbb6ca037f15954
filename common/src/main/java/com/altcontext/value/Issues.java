package com.altcontext.value;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Collects the faults of a request, so that the caller is told of all of them at once. All are counted and the first are
 * kept: a hostile body may hold thousands, and nobody reads more than these.
 */
public final class Issues {
    private static final int MAX_KEPT = 50;

    private List<Issue> kept = List.of();
    private int count;

    public void add(String path, String message) {
        add(() -> path, message);
    }

    /** @param path where the fault is; asked only for a fault that is kept */
    public void add(Supplier<String> path, String message) {
        if (count++ >= MAX_KEPT) {
            return;
        }
        if (kept.isEmpty()) {
            kept = new ArrayList<>();
        }
        kept.add(new Issue(path.get(), message));
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Those that are kept. */
    public List<Issue> list() {
        return List.copyOf(kept);
    }

    /** @throws Rejected with all that are kept, if there are any */
    public void throwIfAny() {
        if (count > 0) {
            throw new Rejected(list());
        }
    }
}
