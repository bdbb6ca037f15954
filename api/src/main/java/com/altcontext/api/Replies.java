package com.altcontext.api;

import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;

/** The JSON that tells what became of an event. Written by hand, since it is written for every event. */
final class Replies {
    static final String DROPPED = "{\"ok\":true}";

    private Replies() {}

    /** {@code x-outcome}: what became of an event, in a word. */
    static String word(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.device() == DeviceType.BOT ? "bot" : "stored";
            case Outcome.Duplicate duplicate -> "duplicate";
            case Outcome.Dropped dropped -> "dropped";
            case Outcome.Unstorable unstorable -> throw new IllegalArgumentException("an error has no outcome");
        };
    }

    /** The answer to a single event that is stored, now or before. */
    static String stored(Receipt receipt) {
        StringBuilder json = new StringBuilder(176).append("{\"ok\":true");
        return ids(json, receipt).append('}').toString();
    }

    /** Appends the result of one event of a batch. */
    static void append(StringBuilder json, Outcome outcome) {
        switch (outcome) {
            case Outcome.Stored(Receipt receipt, DeviceType device) -> append(json, outcome, receipt);
            case Outcome.Duplicate(Receipt receipt) -> append(json, outcome, receipt);
            case Outcome.Dropped dropped -> json.append("{\"ok\":true,\"outcome\":\"dropped\"}");
            case Outcome.Unstorable unstorable -> json.append(Problem.json(Problem.INTERNAL_ERROR.code()));
        }
    }

    private static void append(StringBuilder json, Outcome outcome, Receipt receipt) {
        json.append("{\"ok\":true,\"outcome\":\"").append(word(outcome)).append('"');
        ids(json, receipt).append('}');
    }

    private static StringBuilder ids(StringBuilder json, Receipt receipt) {
        return json.append(",\"eventId\":\"")
                .append(receipt.eventId())
                .append("\",\"visitorId\":\"")
                .append(receipt.visitorId())
                .append("\",\"sessionId\":\"")
                .append(receipt.sessionId())
                .append('"');
    }
}
