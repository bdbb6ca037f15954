package com.altcontext.lead;

import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.visit.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Links a lead to the visitors that are, or may be, the same person. The confidence of a link never falls: a
 * submitted form (confidence 1) replaces a heuristic link (0.35), and a heuristic link does not change a link that
 * exists.
 */
final class IdentityLinks {
    private static final String LINK = """
            INSERT INTO lead_identities AS known (lead_id, visitor_id, property_id, source, confidence, linked_at, is_bot)
            SELECT lead_id, visitor_id, property_id, 'form_submit', 1, to_timestamp(at::float8 / 1000), is_bot = 1
            FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::int8[], ?::int8[])
                AS form(lead_id, visitor_id, property_id, at, is_bot)
            ON CONFLICT (lead_id, visitor_id) DO UPDATE
            SET source = excluded.source, confidence = excluded.confidence, linked_at = excluded.linked_at,
                is_bot = excluded.is_bot
            WHERE known.confidence < excluded.confidence OR (known.is_bot AND NOT excluded.is_bot)
            """;

    /**
     * For each form, finds the visitors with the same address and user agent: the latest matching session of each,
     * newest first. It stops reading at the twentieth visitor, so a hundred thousand candidates cost no more. A
     * client that begins more than 5 000 sessions in a day is a gateway or a machine, for which a heuristic link
     * means nothing. So its earlier sessions are ignored.
     */
    static final String GUESS = """
            INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)
            SELECT form.lead_id, other.visitor_id, form.property_id, 'same_ip_ua_window', 0.35, form.at
            FROM (
                SELECT lead_id, visitor_id, property_id, ip_hash, ua_hash, to_timestamp(at::float8 / 1000) AS at,
                       to_timestamp(since::float8 / 1000) AS since, to_timestamp(begun::float8 / 1000) AS begun
                FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::bytea[], ?::bytea[], ?::int8[], ?::int8[], ?::int8[])
                    AS sent(lead_id, visitor_id, property_id, ip_hash, ua_hash, at, since, begun)) AS form
            CROSS JOIN LATERAL (
                SELECT seen.visitor_id
                FROM (
                    SELECT * FROM sessions
                    WHERE property_id = form.property_id
                      AND substring(ip_hash FROM 1 FOR 8) = substring(form.ip_hash FROM 1 FOR 8)
                      AND substring(ua_hash FROM 1 FOR 8) = substring(form.ua_hash FROM 1 FOR 8)
                      AND ip_hash = form.ip_hash AND ua_hash = form.ua_hash AND started_at BETWEEN form.begun AND form.at
                    ORDER BY started_at DESC
                    LIMIT 5000) AS seen
                WHERE seen.last_event_at >= form.since AND seen.visitor_id <> form.visitor_id AND NOT EXISTS (
                    SELECT FROM sessions AS later
                    WHERE later.bucket = seen.bucket AND later.visitor_id = seen.visitor_id
                      AND (later.started_at, later.id) > (seen.started_at, seen.id)
                      AND later.ip_hash = seen.ip_hash AND later.ua_hash = seen.ua_hash
                      AND later.last_event_at >= form.since AND later.started_at <= form.at)
                ORDER BY seen.started_at DESC
                LIMIT 20) AS other
            ON CONFLICT (lead_id, visitor_id) DO NOTHING
            RETURNING lead_id
            """;

    /**
     * Finds the candidates for one form in all buckets. There is a statement for each form, since a cluster cannot
     * run a lateral join over all of its nodes.
     */
    private static final String FIND_CANDIDATES = """
            SELECT seen.visitor_id
            FROM sessions AS seen
            WHERE seen.property_id = ?
              AND substring(seen.ip_hash FROM 1 FOR 8) = substring(?::bytea FROM 1 FOR 8)
              AND substring(seen.ua_hash FROM 1 FOR 8) = substring(?::bytea FROM 1 FOR 8)
              AND seen.ip_hash = ? AND seen.ua_hash = ? AND seen.started_at BETWEEN ? AND ?
              AND seen.last_event_at >= ? AND seen.visitor_id <> ? AND NOT EXISTS (
                SELECT FROM sessions AS later
                WHERE later.bucket = seen.bucket AND later.visitor_id = seen.visitor_id
                  AND (later.started_at, later.id) > (seen.started_at, seen.id)
                  AND later.ip_hash = seen.ip_hash AND later.ua_hash = seen.ua_hash
                  AND later.last_event_at >= ? AND later.started_at <= ?)
            ORDER BY seen.started_at DESC
            LIMIT 20
            """;

    private static final String LINK_CANDIDATES = """
            INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)
            SELECT lead_id, visitor_id, property_id, 'same_ip_ua_window', 0.35, to_timestamp(at::float8 / 1000)
            FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::int8[]) AS candidate(lead_id, visitor_id, property_id, at)
            ON CONFLICT (lead_id, visitor_id) DO NOTHING
            RETURNING lead_id
            """;

    /**
     * A session ends after half an hour without an event, so a session of more than a day is not a person's. The bound
     * keeps the look-up from reading the whole history of a client.
     */
    private static final Duration MAX_SESSION = Duration.ofDays(1);

    private IdentityLinks() {}

    /** A form that a visitor submitted. */
    record FormLink(UUID leadId, Visitor visitor, Instant at, boolean isBot) {}

    /** Adds the links to the visitors who submitted the forms. */
    static void link(Pipeline pipeline, List<FormLink> forms) {
        Columns<FormLink> sent = new Columns<>(forms);
        pipeline.update(
                LINK,
                sent.ids(FormLink::leadId),
                sent.ids(form -> form.visitor.id()),
                sent.texts(form -> form.visitor.propertyId()),
                sent.numbers(form -> form.at.toEpochMilli()),
                sent.numbers(form -> form.isBot ? 1 : 0));
    }

    /**
     * Adds heuristic links. Each form's lead is linked to up to 20 other visitors who were seen in the window before
     * the form with the same address and user agent.
     *
     * @return the lead of each link that was added
     */
    static Pipeline.Pending<UUID> guess(Pipeline pipeline, List<FormLink> forms, Duration window) {
        return pipeline.query(GUESS, row -> row.id(1), guessParameters(forms, window));
    }

    /**
     * Adds heuristic links if the sessions are in several buckets, in its own round trips. If a node of the cluster
     * is down, no links are added, so that the form itself can still be stored.
     *
     * @return the lead of each link that was added
     */
    static List<UUID> guess(Tx tx, List<FormLink> forms, Duration window) {
        try {
            return tx.nested(inner -> guessInAllBuckets(inner, forms, window));
        } catch (SqlFailure failed) {
            if (!failed.isOfNode()) {
                throw failed;
            }
            return List.of();
        }
    }

    private static List<UUID> guessInAllBuckets(Tx tx, List<FormLink> forms, Duration window) {
        Pipeline lookups = tx.pipeline();
        List<Pipeline.Pending<UUID>> found = forms.stream()
                .map(form -> lookups.query(FIND_CANDIDATES, row -> row.id(1), candidateParameters(form, window)))
                .toList();
        lookups.send();
        List<Candidate> candidates = IntStream.range(0, forms.size())
                .boxed()
                .flatMap(i -> found.get(i).rows().stream().map(visitor -> new Candidate(forms.get(i), visitor)))
                .toList();
        Columns<Candidate> columns = new Columns<>(candidates);
        return tx.query(
                LINK_CANDIDATES,
                row -> row.id(1),
                columns.ids(candidate -> candidate.form.leadId),
                columns.ids(Candidate::visitorId),
                columns.texts(candidate -> candidate.form.visitor.propertyId()),
                columns.numbers(candidate -> candidate.form.at.toEpochMilli()));
    }

    private record Candidate(FormLink form, UUID visitorId) {}

    private static @Nullable Object[] candidateParameters(FormLink form, Duration window) {
        Instant since = form.at.minus(window);
        byte[] ip = form.visitor.ipHash();
        byte[] ua = form.visitor.uaHash();
        return new @Nullable Object[] {
            form.visitor.propertyId(),
            ip,
            ua,
            ip,
            ua,
            form.at.minus(MAX_SESSION),
            form.at,
            since,
            form.visitor.id(),
            since,
            form.at
        };
    }

    static Object[] guessParameters(List<FormLink> forms, Duration window) {
        Columns<FormLink> sent = new Columns<>(forms);
        return new Object[] {
            sent.ids(FormLink::leadId),
            sent.ids(form -> form.visitor.id()),
            sent.texts(form -> form.visitor.propertyId()),
            sent.hashes(form -> form.visitor.ipHash()),
            sent.hashes(form -> form.visitor.uaHash()),
            sent.numbers(form -> form.at.toEpochMilli()),
            sent.numbers(form -> form.at.minus(window).toEpochMilli()),
            sent.numbers(form -> form.at.minus(MAX_SESSION).toEpochMilli())
        };
    }
}
