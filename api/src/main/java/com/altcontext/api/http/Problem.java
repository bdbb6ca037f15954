package com.altcontext.api.http;

import com.altcontext.value.Issue;
import com.altcontext.value.JsonText;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Every error that the service can answer: its code, its status, and its body. */
public enum Problem {
    INVALID_REQUEST(400, true),
    UNAUTHORIZED(401, true),
    /** The key lacks the scope of the route, or is not for the property. */
    FORBIDDEN(403, true),
    NOT_FOUND(404, false),
    METHOD_NOT_ALLOWED(405, false),
    PAYLOAD_TOO_LARGE(413, true),
    UNSUPPORTED_MEDIA_TYPE(415, true),
    RATE_LIMITED(429, true),
    INTERNAL_ERROR(500, false),
    UNAVAILABLE(503, false),
    /** Another attempt would take as long. */
    TOOK_TOO_LONG(
            503,
            false,
            "the work was cancelled and would take as long again: use altops lead delete or altops lead export, which have no time limit"),
    /** The database has cancelled a query of the raw rows. */
    QUERY_TOO_SLOW(
            503,
            false,
            "ask about fewer days, with fewer dimensions, or without filters on events (path, event_type, props, goal)"),
    ADMIN_AUTH_NOT_CONFIGURED(503, false);

    /** The issue of an invalid request if no part of it can be named. */
    private static final List<Issue> NOT_HTTP = List.of(new Issue("", "must be valid HTTP/1.1"));

    /** When to try again after {@link #UNAVAILABLE}: the service itself asks the database again five times a second. */
    public static final String RETRY_AFTER_SECONDS = "2";

    private final int status;
    /** Whether it is the caller's fault and is counted as a rejection. */
    final boolean counted;

    private final String code = name().toLowerCase(Locale.ROOT);
    private final String jsonWithoutIssues;

    Problem(int status, boolean counted) {
        this.status = status;
        this.counted = counted;
        this.jsonWithoutIssues = json(code);
    }

    /** @param remedy what to do instead, since the code alone does not say it */
    Problem(int status, boolean counted, String remedy) {
        this.status = status;
        this.counted = counted;
        this.jsonWithoutIssues = "{\"ok\":false,\"error\":\"" + code + "\",\"remedy\":\"" + remedy + "\"}";
    }

    public int status() {
        return status;
    }

    /** Whether it is the service's fault. */
    boolean isServerFault() {
        return this == INTERNAL_ERROR || this == UNAVAILABLE || this == TOOK_TOO_LONG || this == QUERY_TOO_SLOW;
    }

    /** The problem for a status that the framework chose. */
    public static Problem ofStatus(int status) {
        for (Problem problem : values()) {
            if (problem.status == status) {
                return problem;
            }
        }
        return status >= 400 && status < 500 ? INVALID_REQUEST : INTERNAL_ERROR;
    }

    public String code() {
        return code;
    }

    /** {@code {"ok":false,"error":"<code>"}}, with the remedy or the issues if there are any. An invalid request always has some. */
    public String json(List<Issue> issues) {
        return json(issues, null);
    }

    /** @param firstDay the first day that can be asked about, if the request reached back too far; else null */
    String json(List<Issue> issues, @Nullable LocalDate firstDay) {
        if (issues.isEmpty()) {
            return this == INVALID_REQUEST ? json(NOT_HTTP, firstDay) : jsonWithoutIssues;
        }
        StringBuilder json = new StringBuilder(jsonWithoutIssues.length() + issues.size() * 80);
        json.append(jsonWithoutIssues, 0, jsonWithoutIssues.length() - 1);
        if (firstDay != null) {
            json.append(",\"firstDay\":\"").append(firstDay).append('"');
        }
        json.append(",\"issues\":[");
        for (int i = 0; i < issues.size(); i++) {
            json.append(i == 0 ? "{\"path\":" : ",{\"path\":");
            JsonText.quote(json, issues.get(i).path());
            json.append(",\"message\":");
            JsonText.quote(json, issues.get(i).message());
            json.append('}');
        }
        return json.append("]}").toString();
    }

    /** The body of an error that has a code of its own. */
    public static String json(String code) {
        return "{\"ok\":false,\"error\":\"" + code + "\"}";
    }
}
