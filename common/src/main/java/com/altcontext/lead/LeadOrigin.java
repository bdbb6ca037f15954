package com.altcontext.lead;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The columns in which a lead keeps where it came from: the name of its first form, the session in which that form
 * was sent ({@code capture}), and the visitor's first session ({@code first}).
 */
public final class LeadOrigin {
    private static final List<String> OF_SESSION =
            List.of("traffic_source", "referrer_host", "utm_source", "utm_medium", "utm_campaign", "landing_path");

    /**
     * Assignments for {@code INSERT INTO leads AS known … ON CONFLICT}: the values of the first person's capture
     * replace those of a bot's.
     */
    public static final String PERSON_REPLACES_BOT = Stream.concat(
                    Stream.of("form_name", "in_review"), touches("%s_%s"))
            .map(
                    "%1$s = CASE WHEN known.is_bot AND NOT excluded.is_bot THEN excluded.%1$s ELSE known.%1$s END"
                            ::formatted)
            .collect(Collectors.joining(",\n                "));

    private LeadOrigin() {}

    /** The columns of both sessions; {@code format} gets the name of the session and of the column. */
    static String columns(String format) {
        return touches(format).collect(Collectors.joining(", "));
    }

    private static Stream<String> touches(String format) {
        return Stream.of("capture", "first")
                .flatMap(touch -> OF_SESSION.stream().map(column -> format.formatted(touch, column)));
    }
}
