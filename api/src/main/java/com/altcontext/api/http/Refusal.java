package com.altcontext.api.http;

import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Thrown to refuse a request: {@link ErrorMapper} answers with the problem and counts it. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final transient List<Issue> issues;
    private final @Nullable String propertyId;
    private final int events;
    private final @Nullable LocalDate firstDay;

    private Refusal(Problem problem, List<Issue> issues, @Nullable String propertyId) {
        this(problem, issues, propertyId, 1, null);
    }

    private Refusal(
            Problem problem,
            List<Issue> issues,
            @Nullable String propertyId,
            int events,
            @Nullable LocalDate firstDay) {
        super(problem.code(), null, false, false);
        this.problem = problem;
        this.issues = issues;
        this.propertyId = propertyId;
        this.events = events;
        this.firstDay = firstDay;
    }

    public Refusal(Problem problem) {
        this(problem, List.of(), null);
    }

    /** The request as a whole is malformed. */
    static Refusal invalid(String message) {
        return new Refusal(Problem.INVALID_REQUEST, List.of(new Issue("", message)), null);
    }

    static Refusal invalid(Rejected rejected) {
        return new Refusal(Problem.INVALID_REQUEST, rejected.issues(), null);
    }

    /** The request is malformed. */
    public static Refusal invalid(Issues issues) {
        return new Refusal(Problem.INVALID_REQUEST, issues.list(), null);
    }

    /** @param propertyId of the property that the request is about */
    public static Refusal invalid(Issues issues, String propertyId) {
        return new Refusal(Problem.INVALID_REQUEST, issues.list(), propertyId);
    }

    /**
     * The question reaches back too far.
     *
     * @param path the field that names the days
     * @param firstDay the first day that can be asked about
     * @param what the name of the rows that are not kept from before it
     */
    public static Refusal tooFarBack(String path, LocalDate firstDay, String what) {
        String message = "must not reach back before " + firstDay + ": older " + what + " are not kept";
        return new Refusal(Problem.INVALID_REQUEST, List.of(new Issue(path, message)), null, 1, firstDay);
    }

    /** This refusal for a batch: each of its events is counted. */
    public Refusal ofEvents(int count) {
        return new Refusal(problem, issues, propertyId, Math.max(1, count), firstDay);
    }

    Problem problem() {
        return problem;
    }

    List<Issue> issues() {
        return issues;
    }

    /** The first day that can be asked about, if the request reached back too far; else null. */
    @Nullable
    LocalDate firstDay() {
        return firstDay;
    }

    /** How many events are refused with it; 1 if it is not a batch, or if the number is not known. */
    int events() {
        return events;
    }

    /**
     * The property for which it counts; null if that follows from the route and from the page that sent the request.
     */
    @Nullable
    String propertyId() {
        return propertyId;
    }
}
