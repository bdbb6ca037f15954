package com.altcontext.api.http;

import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request is refused: {@link ErrorMapper} answers with the problem and counts it. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final transient List<Issue> issues;
    private final @Nullable String propertyId;

    private Refusal(Problem problem, List<Issue> issues, @Nullable String propertyId) {
        super(problem.code(), null, false, false);
        this.problem = problem;
        this.issues = issues;
        this.propertyId = propertyId;
    }

    public Refusal(Problem problem) {
        this(problem, List.of(), null);
    }

    /** @param propertyId of the property that the request is about */
    public Refusal(Problem problem, String propertyId) {
        this(problem, List.of(), propertyId);
    }

    /** The request as a whole is malformed. */
    static Refusal invalid(String message) {
        return new Refusal(Problem.INVALID_REQUEST, List.of(new Issue("", message)), null);
    }

    /** The request is malformed. */
    public static Refusal invalid(Issues issues) {
        return new Refusal(Problem.INVALID_REQUEST, issues.list(), null);
    }

    /** @param propertyId of the property that the request is about */
    public static Refusal invalid(Issues issues, String propertyId) {
        return new Refusal(Problem.INVALID_REQUEST, issues.list(), propertyId);
    }

    Problem problem() {
        return problem;
    }

    List<Issue> issues() {
        return issues;
    }

    /** Null for the property whose page sent the request. */
    @Nullable
    String propertyId() {
        return propertyId;
    }
}
