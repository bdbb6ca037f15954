package com.altcontext.value;

import java.util.ArrayList;
import java.util.List;

/** Collects every fault of a request, so that the caller is told of all of them at once. */
public final class Issues {
    /** A hostile body may hold thousands of faults; nobody reads more than these. */
    private static final int MOST = 50;

    private final List<Issue> list = new ArrayList<>();

    public void add(String path, String message) {
        if (list.size() < MOST) {
            list.add(new Issue(path, message));
        }
    }

    public boolean isEmpty() {
        return list.isEmpty();
    }

    public List<Issue> list() {
        return List.copyOf(list);
    }

    /** @throws Rejected with all that was collected, if anything was */
    public void throwIfAny() {
        if (!list.isEmpty()) {
            throw new Rejected(list());
        }
    }
}
