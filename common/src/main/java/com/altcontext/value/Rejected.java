package com.altcontext.value;

import java.util.List;

/** A request or a value breaks its rules, which is the caller's fault. Carries all issues, and no stack trace. */
public final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Issue> issues;

    public Rejected(List<Issue> issues) {
        super("rejected: " + issues, null, false, false);
        this.issues = List.copyOf(issues);
    }

    public static Rejected of(String path, String message) {
        return new Rejected(List.of(new Issue(path, message)));
    }

    public List<Issue> issues() {
        return issues;
    }
}
