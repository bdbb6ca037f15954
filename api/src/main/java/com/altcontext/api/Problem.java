package com.altcontext.api;

import com.altcontext.value.Issue;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Every error that the service answers: its code, its status, and the body that carries it. */
enum Problem {
    INVALID_REQUEST(400, true),
    UNAUTHORIZED(401, true),
    NOT_FOUND(404, false),
    METHOD_NOT_ALLOWED(405, false),
    PAYLOAD_TOO_LARGE(413, true),
    UNSUPPORTED_MEDIA_TYPE(415, true),
    RATE_LIMITED(429, true),
    INTERNAL_ERROR(500, false),
    UNAVAILABLE(503, false);

    final int status;
    /** Whether it is the caller's fault and counted as a rejection. */
    final boolean counted;

    Problem(int status, boolean counted) {
        this.status = status;
        this.counted = counted;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    Body body() {
        return new Body(false, code(), null);
    }

    Body body(List<Issue> issues) {
        return new Body(false, code(), issues);
    }

    /** {@code {"ok":false,"error":"<code>"}}, with the issues of an invalid request. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Body(boolean ok, String error, @Nullable List<Issue> issues) {}
}
