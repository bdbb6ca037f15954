package com.altcontext.api.event;

import com.altcontext.api.http.Problem;
import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The answer to events, and the JSON of one event in it. Nothing in the JSON needs to be escaped, so no library writes
 * it; Jackson would take twice as long.
 *
 * @param outcome for the {@code x-outcome} header; null for a batch
 */
record EventAnswer(@Nullable CharSequence outcome, String json) {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence X_OUTCOME = HttpHeaders.createOptimized("x-outcome");
    private static final int ACCEPTED = 202;

    /** The answer to a single event. */
    static EventAnswer of(Outcome outcome) {
        StringBuilder json = new StringBuilder(176).append("{\"ok\":true");
        appendIds(json, outcome);
        return new EventAnswer(nameOf(outcome), json.append('}').toString());
    }

    /** Appends the result of one event of a batch. */
    static void append(StringBuilder json, Outcome outcome) {
        if (outcome instanceof Outcome.Unstorable) {
            json.append(Problem.json(Problem.INTERNAL_ERROR.code()));
            return;
        }
        json.append("{\"ok\":true,\"outcome\":\"").append(nameOf(outcome)).append('"');
        appendIds(json, outcome);
        json.append('}');
    }

    void send(HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        if (outcome != null) {
            response.putHeader(X_OUTCOME, outcome);
        }
        response.setStatusCode(ACCEPTED)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .end(json);
    }

    private static String nameOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.device() == DeviceType.BOT ? "bot" : "stored";
            case Outcome.Duplicate duplicate -> "duplicate";
            case Outcome.Dropped dropped -> "dropped";
            case Outcome.Unstorable unstorable -> throw new IllegalArgumentException("an error has no outcome");
        };
    }

    private static void appendIds(StringBuilder json, Outcome outcome) {
        Receipt receipt = switch (outcome) {
            case Outcome.Stored stored -> stored.receipt();
            case Outcome.Duplicate duplicate -> duplicate.receipt();
            default -> null;
        };
        if (receipt != null) {
            json.append(",\"eventId\":\"")
                    .append(receipt.eventId())
                    .append("\",\"visitorId\":\"")
                    .append(receipt.visitorId())
                    .append("\",\"sessionId\":\"")
                    .append(receipt.sessionId())
                    .append('"');
        }
    }
}
