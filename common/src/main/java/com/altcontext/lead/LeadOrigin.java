package com.altcontext.lead;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a lead keeps of its first form, and of the sessions in which it was sent and in which the visitor first came. */
public final class LeadOrigin {
    private static final List<String> OF_SESSION =
            List.of("traffic_source", "referrer_host", "utm_source", "utm_medium", "utm_campaign", "landing_path");

    /** Assignments of {@code INSERT INTO leads AS known … ON CONFLICT}: those of a person take the place of a bot's. */
    public static final String OF_A_PERSON = Stream.concat(Stream.of("form_name", "in_review"), touches("%s_%s"))
            .map(
                    "%1$s = CASE WHEN known.is_bot AND NOT excluded.is_bot THEN excluded.%1$s ELSE known.%1$s END"
                            ::formatted)
            .collect(Collectors.joining(",\n                "));

    private LeadOrigin() {}

    /** The columns of both sessions, {@code capture} and {@code first}. */
    static String columns(String format) {
        return touches(format).collect(Collectors.joining(", "));
    }

    private static Stream<String> touches(String format) {
        return Stream.of("capture", "first")
                .flatMap(touch -> OF_SESSION.stream().map(column -> format.formatted(touch, column)));
    }
}
