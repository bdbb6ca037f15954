package com.altcontext.value;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Collects the faults of a request, so that all of them are reported at once. All are counted, but only the first are
 * kept: a hostile body may hold thousands.
 */
public final class Issues {
    private static final int MAX_LISTED = 50;

    private List<Issue> listed = List.of();
    private int count;

    public void add(String path, String message) {
        add(() -> path, message);
    }

    /** @param path where the fault is; called only for a fault that is listed */
    public void add(Supplier<String> path, String message) {
        if (count++ >= MAX_LISTED) {
            return;
        }
        if (listed.isEmpty()) {
            listed = new ArrayList<>();
        }
        listed.add(new Issue(path.get(), message));
    }

    /** Adds the issues of a value that was checked separately. */
    public void addAll(Rejected rejected) {
        rejected.issues().forEach(issue -> add(issue.path(), issue.message()));
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** The first issues. */
    public List<Issue> list() {
        return List.copyOf(listed);
    }

    /** @throws Rejected with the listed issues, if there are any */
    public void throwIfAny() {
        if (count > 0) {
            throw new Rejected(list());
        }
    }
}
