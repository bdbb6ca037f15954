package com.altcontext.privacy;

import com.altcontext.db.Buckets;
import com.altcontext.db.Tx;
import com.altcontext.lead.Email;
import com.altcontext.value.JsonText;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The JSON document of an {@link Export}. The database makes the JSON objects, and each row is written while it is
 * read.
 */
final class ExportDocument {
    static final String LEAD = object("l", """
            id, property_id, email, first_captured_at, last_captured_at, source_channel, consent_status,
            consent_expires_at, is_bot, in_review, language, confirmation_mails, confirmation_mailed_at, form_name,
            capture_traffic_source, capture_referrer_host, capture_utm_source, capture_utm_medium,
            capture_utm_campaign, capture_landing_path, first_traffic_source, first_referrer_host, first_utm_source,
            first_utm_medium, first_utm_campaign, first_landing_path
            """);

    private static final String CONSENT = object("c", """
            id, status, source, form_name, path, policy_version, purpose, reason, occurred_at, expires_at, ip_hash,
            confirms
            """);

    private static final String SUBMISSION = object("f", """
            id, visitor_id, session_id, event_id, form_name, submitted_at, content_hash, payload, for_review,
            is_bot
            """);

    private static final String LINK = object("i", "visitor_id, source, confidence, linked_at, is_bot, was_shared");

    /**
     * A webhook's name, or the person's own address. Alerts about a lead go to the operator's people, whose addresses
     * are not the person's to see.
     */
    private static final String DESTINATION =
            "CASE WHEN o.kind = 'webhook' OR o.destination = l.email THEN o.destination END";

    private static final String MESSAGE = object("o", """
            id, kind, event, destination, language, created_at, attempts, next_attempt_at, retry_until,
            set_aside_at, last_error, body
            """).replace("o.destination", DESTINATION);

    private static final String RECIPIENT = object("r", "property_id, kind, created_at, stopped_at");

    private static final String VISITOR = object("v", "visitor_id, property_id, anon_id, first_seen_at");

    private static final String SESSION = object("s", """
            id, started_at, last_event_at, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
            traffic_source, referrer_host, device, country, hostname, ip_hash, ua_hash, events, page_views,
            conversions, engagements, engaged_ms, entry_at, entry_path, exit_at, exit_path, first_form_start,
            last_form_submit
            """);

    private static final String EVENT = object("e", """
            id, session_id, occurred_at, received_at, event_type, path, referrer, referrer_host, utm_source,
            utm_medium, utm_campaign, utm_term, utm_content, traffic_source, device, country, hostname,
            is_conversion, engaged_time_ms, scroll_depth_percent, fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score, props
            """);

    /** The columns that are shown of a visitor who also submitted another address. */
    private static final String SHARED_VISITOR = object("v", "visitor_id, property_id");

    /** The sessions of a visitor in which a form with an address was sent. */
    private static final String THEIR_SESSIONS = """
            SELECT DISTINCT f.session_id FROM form_submissions AS f JOIN leads AS l ON l.id = f.lead_id
            WHERE f.visitor_id = ? AND l.email = ?
            """;

    private static final String HEURISTIC_LINKS = """
            SELECT count(*) FROM lead_identities WHERE lead_id = ? AND source <> 'form_submit'
            """;

    private static final String NOTES = Stream.of(
                    "mayAlsoBe counts visitors who were seen with the same network address and browser and may be other people. They are not shown.",
                    "visitorsSharedWithOthers counts visitors who also left another address. Only those of their sessions are shown in which a form with this address was sent, since the others may belong to another person.",
                    "mentions counts, by table, what other people have sent that contains this address. It is not shown, since it is about those people.",
                    "Hashes are keyed and cannot be reversed; network addresses themselves are not stored.")
            .map(note -> '"' + note + '"')
            .collect(Collectors.joining(","));

    private final Tx tx;
    private final Buckets buckets;
    private final Export.UnsubscribeUrl unsubscribeUrl;
    private final Appendable out;

    ExportDocument(Tx tx, Export.UnsubscribeUrl unsubscribeUrl, Appendable out) {
        this.tx = tx;
        this.buckets = Buckets.read(tx);
        this.unsubscribeUrl = unsubscribeUrl;
        this.out = out;
    }

    void write(Export.ExportRequest request, Export.Found found) throws IOException {
        out.append("{\"ok\":true,\"email\":")
                .append(JsonText.string(request.email().value()));
        out.append(",\"exportedAt\":").append(JsonText.string(request.at().toString()));
        out.append(",\n\"leads\":[");
        String comma = "\n";
        for (Export.ExportedLead lead : found.leads()) {
            out.append(comma);
            writeLead(lead);
            comma = ",\n";
        }
        out.append("],\n\"visitors\":[");
        comma = "\n";
        for (Export.LinkedVisitor visitor : found.visitors()) {
            out.append(comma);
            writeVisitor(request.email(), visitor);
            comma = ",\n";
        }
        out.append("],\n\"visitorsSharedWithOthers\":")
                .append(Long.toString(found.visitors().stream()
                        .filter(Export.LinkedVisitor::shared)
                        .count()));
        array(
                "recipients",
                RECIPIENT,
                "recipients AS r WHERE r.email = ? ORDER BY r.created_at",
                request.email().value());
        out.append(",\n\"mentions\":{")
                .append(found.mentions().byTable().entrySet().stream()
                        .map(count -> '"' + camelCase(count.getKey()) + "\":" + count.getValue())
                        .collect(Collectors.joining(",")))
                .append('}');
        out.append(",\n\"notes\":[").append(NOTES).append("]}\n");
    }

    private void writeVisitor(Email email, Export.LinkedVisitor visitor) throws IOException {
        short bucket = buckets.of(visitor.id()).number();
        String known = "SELECT " + (visitor.shared() ? SHARED_VISITOR : VISITOR)
                + " FROM visitors AS v WHERE v.bucket = ?::int2 AND v.visitor_id = ?";
        out.append(open(tx.queryOne(known, row -> row.text(1), bucket, visitor.id())))
                .append(",\"sharedWithOthers\":")
                .append(String.valueOf(visitor.shared()));
        String sessions = "sessions AS s WHERE s.bucket = ?::int2 AND s.visitor_id = ?";
        String events = "events AS e WHERE e.bucket = ?::int2 AND e.visitor_id = ?";
        Object[] parameters = {bucket, visitor.id()};
        if (visitor.shared()) {
            sessions += " AND s.id = ANY (?::uuid[])";
            events += " AND e.session_id = ANY (?::uuid[])";
            UUID[] theirs = tx.query(THEIR_SESSIONS, row -> row.id(1), visitor.id(), email.value())
                    .toArray(UUID[]::new);
            parameters = new Object[] {bucket, visitor.id(), theirs};
        }
        array("sessions", SESSION, sessions + " ORDER BY s.started_at", parameters);
        array("events", EVENT, events + " ORDER BY e.occurred_at", parameters);
        out.append('}');
    }

    private void writeLead(Export.ExportedLead lead) throws IOException {
        out.append(open(lead.json()));
        String url = unsubscribeUrl.of(lead.id(), lead.propertyId());
        out.append(",\"unsubscribeUrl\":").append(url == null ? "null" : JsonText.string(url));
        array("consent", CONSENT, "consent_events AS c WHERE c.lead_id = ? ORDER BY c.id", lead.id());
        array(
                "submissions",
                SUBMISSION,
                "form_submissions AS f WHERE f.lead_id = ? ORDER BY f.submitted_at",
                lead.id());
        array(
                "visitors",
                LINK,
                "lead_identities AS i WHERE i.lead_id = ? AND i.source = 'form_submit' ORDER BY i.linked_at",
                lead.id());
        array(
                "messages",
                MESSAGE,
                "outbox AS o JOIN leads AS l ON l.id = o.lead_id WHERE o.lead_id = ? ORDER BY o.created_at",
                lead.id());
        long heuristicLinks = tx.queryOne(HEURISTIC_LINKS, row -> row.number(1), lead.id());
        out.append(",\"mayAlsoBe\":").append(Long.toString(heuristicLinks)).append('}');
    }

    /** Writes an array, one row after the other. */
    private void array(String name, String object, String from, Object... parameters) throws IOException {
        out.append(",\n\"").append(name).append("\":[");
        boolean[] first = {true};
        tx.each(
                "SELECT " + object + " FROM " + from,
                row -> {
                    out.append(first[0] ? "\n" : ",\n").append(row.text(1));
                    first[0] = false;
                },
                parameters);
        out.append(']');
    }

    /** The JSON object without its closing brace, so that more can be added. */
    private static String open(String json) {
        return json.substring(0, json.length() - 1);
    }

    /**
     * An SQL expression that makes a JSON object of columns: names in camel case, hashes in hexadecimal.
     *
     * @param columns separated by commas, as in SQL
     */
    private static String object(String table, String columns) {
        return Stream.of(columns.strip().split(",\\s+", -1))
                .map(column -> "'" + camelCase(column) + "', "
                        + (column.endsWith("_hash")
                                ? "encode(" + table + "." + column + ", 'hex')"
                                : table + "." + column))
                .collect(Collectors.joining(", ", "json_build_object(", ")::text"));
    }

    private static String camelCase(String column) {
        StringBuilder name = new StringBuilder();
        for (String word : column.split("_", -1)) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }
}
