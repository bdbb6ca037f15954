package com.altcontext.visit;

import java.time.Instant;
import java.util.UUID;

/**
 * The part of an event that its session counts.
 *
 * @param at when it happened, in whole milliseconds
 * @param type {@code page_view}, {@code form_start} and so on
 * @param engagedMs the engaged time that it reports; 0 if it reports none
 * @param mayHoldAddress whether one of its texts has an at sign, so that it could contain an e-mail address
 */
public record SessionEvent(
        UUID id,
        Instant at,
        Origin origin,
        String type,
        String path,
        boolean isConversion,
        long engagedMs,
        boolean mayHoldAddress) {
    /** The type of an event that reports how long a page was looked at. */
    public static final String ENGAGEMENT = "engagement";

    boolean isPageView() {
        return type.equals("page_view");
    }

    boolean isFormStart() {
        return type.equals("form_start");
    }

    boolean isFormSubmit() {
        return type.equals("form_submit");
    }

    boolean isEngagement() {
        return type.equals(ENGAGEMENT);
    }
}
