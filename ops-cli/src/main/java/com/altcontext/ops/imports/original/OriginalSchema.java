package com.altcontext.ops.imports.original;

import com.altcontext.db.Tx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tables and columns of the earlier system that an import reads. */
final class OriginalSchema {
    private static final List<String> TABLES = List.of(
            "visitors: id, anon_id",
            "sessions: id, visitor_id, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content",
            "events: id, visitor_id, session_id, event_type, path, timestamp, ip_hash, ua_hash, props, property_id,"
                    + " traffic_source, device_type, country_code, is_conversion",
            "leads: id, email_normalized, consent_status, first_captured_at, last_captured_at, source_channel",
            "lead_identities: lead_id, visitor_id, link_source, linked_at",
            "form_submissions: lead_id, visitor_id, form_name, payload, submitted_at, validation_status",
            "consent_events: lead_id, status, source, ip_hash, timestamp");

    private static final String FOUND = """
            SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
            """;

    private static final List<String> TIMES = List.of(
            "leads.first_captured_at",
            "leads.last_captured_at",
            "lead_identities.linked_at",
            "form_submissions.submitted_at",
            "consent_events.timestamp");

    private OriginalSchema() {}

    /**
     * The columns of leads, and of their links, forms and consents, that hold a null or a time outside the years 1 to 9999, such as
     * infinity. An event with such a time is skipped. But a lead without one of its consents would be wrong.
     */
    static List<String> unusableTimes(Tx original) {
        return TIMES.stream().filter(column -> hasUnusable(original, column)).toList();
    }

    private static boolean hasUnusable(Tx original, String column) {
        int dot = column.indexOf('.');
        String query = """
                SELECT count(*) FROM %s WHERE NOT coalesce("%s" BETWEEN '0001-01-01' AND '9999-12-31', false)
                """.formatted(column.substring(0, dot), column.substring(dot + 1));
        return original.queryOne(query, row -> row.number(1)) > 0;
    }

    /** What is missing in a database, as {@code table.column}; nothing if it is one of the earlier system. */
    static List<String> missing(Tx original) {
        Set<String> found = new HashSet<>(original.query(FOUND, row -> row.text(1)));
        List<String> missing = new ArrayList<>();
        for (String table : TABLES) {
            String name = table.substring(0, table.indexOf(':'));
            for (String column : table.substring(name.length() + 2).split(", ", -1)) {
                if (!found.contains(name + "." + column)) {
                    missing.add(name + "." + column);
                }
            }
        }
        return missing;
    }
}
