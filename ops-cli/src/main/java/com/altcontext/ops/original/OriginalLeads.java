package com.altcontext.ops.original;

import com.altcontext.db.Buckets;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.ops.original.OriginalLead.Form;
import com.altcontext.ops.original.OriginalLead.GivenConsent;
import com.altcontext.ops.original.OriginalLead.Link;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Rejected;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes leads with their consent, links and forms, each lead in a transaction of its own, once the events are there. A lead that is
 * known keeps what it has; rows of its record of consent are added where they are not weaker and later, or come to a stronger
 * consent or to a withdrawal. A withdrawal here is final.
 */
public final class OriginalLeads {
    /** The touches that a lead keeps, of its first capture and of its visitor's earliest session. */
    private static final String TOUCH =
            "traffic_source, referrer_host, utm_source, utm_medium, utm_campaign, entry_path AS landing_path";

    private static final String CAPTURE_SESSION = """
            SELECT id, %s FROM sessions
            WHERE bucket = ?::int2 AND visitor_id = ? AND started_at <= ? AND last_event_at >= ?::timestamptz - interval '30 minutes'
            ORDER BY started_at DESC LIMIT 1
            """.formatted(TOUCH);

    private static final String FIRST_SESSION = """
            SELECT id, %s FROM sessions WHERE bucket = ?::int2 AND visitor_id = ? ORDER BY started_at LIMIT 1
            """.formatted(TOUCH);

    private static final String SAVE = """
            INSERT INTO leads AS known (
                id, property_id, email, first_captured_at, last_captured_at, source_channel, consent_status, form_name,
                capture_traffic_source, capture_referrer_host, capture_utm_source, capture_utm_medium,
                capture_utm_campaign, capture_landing_path,
                first_traffic_source, first_referrer_host, first_utm_source, first_utm_medium, first_utm_campaign,
                first_landing_path)
            VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (property_id, email) DO UPDATE
            SET first_captured_at = least(known.first_captured_at, excluded.first_captured_at),
                last_captured_at = greatest(known.last_captured_at, excluded.last_captured_at)
            RETURNING id, consent_status
            """;

    private static final String RECORD = """
            INSERT INTO consent_events (
                lead_id, property_id, status, source, form_name, purpose, reason, occurred_at, expires_at, ip_hash)
            SELECT r.lead_id, r.property_id, r.status, r.source, r.form_name, r.purpose, r.reason, r.at, r.expires_at, r.ip_hash
            FROM (VALUES (?::uuid, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::timestamptz, ?::timestamptz,
                          ?::bytea))
                AS r(lead_id, property_id, status, source, form_name, purpose, reason, at, expires_at, ip_hash)
            WHERE NOT EXISTS (
                SELECT FROM consent_events AS c
                WHERE c.lead_id = r.lead_id
                  AND ((c.occurred_at > r.at AND NOT ?) OR (c.occurred_at = r.at AND c.status = r.status)))
            """;

    private static final String SET_CONSENT =
            "UPDATE leads SET consent_status = ?, consent_expires_at = ? WHERE id = ?";

    private static final String IS_VISITOR = "SELECT count(*) FROM visitors WHERE bucket = ?::int2 AND visitor_id = ?";

    private static final String LINK = """
            INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (lead_id, visitor_id) DO NOTHING
            """;

    private static final String SAVE_FORM = """
            INSERT INTO form_submissions (
                id, lead_id, visitor_id, session_id, property_id, form_name, submitted_at, content_hash, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb) ON CONFLICT (id) DO NOTHING
            """;

    private static final double GUESSED = 0.35;

    private final @Nullable Sql sql;
    private final int impliedConsentMonths;
    private final Set<UUID> visitors;
    private final ImportReport report;

    /**
     * @param sql where leads are stored; null to count only
     * @param visitors those whose events were taken, by which links are counted
     */
    public OriginalLeads(@Nullable Sql sql, int impliedConsentMonths, Set<UUID> visitors, ImportReport report) {
        this.sql = sql;
        this.impliedConsentMonths = impliedConsentMonths;
        this.visitors = visitors;
        this.report = report;
    }

    /** @param atEach is called before each lead */
    public void take(Tx original, Runnable atEach) {
        for (OriginalLead lead : OriginalLead.all(original)) {
            atEach.run();
            Email email = email(lead);
            if (email == null) {
                report.left("leads whose address is none");
            } else {
                report(lead, sql == null ? count(lead) : Retry.inTransaction(sql, tx -> store(tx, lead, email)));
            }
        }
    }

    private static @Nullable Email email(OriginalLead lead) {
        try {
            return Email.of("email", lead.email());
        } catch (Rejected refused) {
            return null;
        }
    }

    /** What one lead came to. Counted after the commit, since a transaction may be repeated. */
    private record Taken(boolean isNew, int consents, boolean isWithdrawnHere, int links, int forms) {}

    private void report(OriginalLead lead, Taken taken) {
        int consents = lead.record(report).size();
        report.took("leads", taken.isNew ? 1 : 0);
        report.took("consents", taken.consents);
        report.took("links", taken.links);
        report.took("submissions", taken.forms);
        for (Link link : lead.links()) {
            if (link.source().equals("manual_merge")) {
                report.changed("links by manual merge, which count as by a form");
            }
        }
        report.left("leads that are here already", taken.isNew ? 0 : 1);
        report.left(
                taken.isWithdrawnHere
                        ? "consents of leads who withdrew here"
                        : "consents that are here already, older or weaker than those here",
                consents - taken.consents);
        report.left(
                "links that are here already, or to visitors without events on the property",
                lead.links().size() - taken.links);
        long accepted = lead.forms().stream().filter(Form::isAccepted).count();
        report.left("submissions that were not accepted", lead.forms().size() - accepted);
        report.left("submissions that are here already", accepted - taken.forms);
    }

    /** @param values of {@link #TOUCH} */
    @SuppressWarnings("ArrayRecordComponent") // Passed on as parameters, never compared.
    private record Touch(@Nullable UUID session, @Nullable String[] values) {
        static final Touch NONE = new Touch(null, new @Nullable String[6]);

        static Touch read(Row row) throws SQLException {
            @Nullable String[] values = new String[6];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.textOrNull(i + 2);
            }
            return new Touch(row.id(1), values);
        }
    }

    /** What a run would take into a database without leads. */
    private Taken count(OriginalLead lead) {
        String slug = OriginalText.slug(lead.property());
        return new Taken(
                true,
                lead.record(new ImportReport()).size(),
                false,
                Math.toIntExact(lead.links().stream()
                        .map(link -> OriginalText.visitor(link.anonId(), slug))
                        .filter(visitor -> visitor != null && visitors.contains(visitor))
                        .count()),
                Math.toIntExact(lead.forms().stream().filter(Form::isAccepted).count()));
    }

    private Taken store(Tx tx, OriginalLead lead, Email email) {
        Pipeline lock = tx.pipeline();
        LeadLock.take(lock, email);
        lock.send();
        Buckets buckets = Buckets.read(tx);
        String slug = OriginalText.slug(lead.property());
        List<Form> forms = lead.forms().stream().filter(Form::isAccepted).toList();
        UUID visitor = firstVisitor(lead, forms, slug);
        Instant captured =
                forms.isEmpty() ? lead.firstCapturedAt() : forms.getFirst().at();
        Touch capture = captureSession(tx, buckets, visitor, captured);
        Touch first = visitor == null
                ? Touch.NONE
                : one(tx.query(FIRST_SESSION, Touch::read, buckets.of(visitor).number(), visitor));

        UUID ifNew = UUID.randomUUID();
        Known known = saveLead(
                tx,
                lead,
                email,
                slug,
                ifNew,
                forms.isEmpty() ? null : forms.getFirst().name(),
                capture,
                first);
        boolean isWithdrawnHere = known.status == ConsentStatus.WITHDRAWN && lead.status() != ConsentStatus.WITHDRAWN;
        int consents = isWithdrawnHere ? 0 : saveConsents(tx, lead, known, slug);
        int links = 0;
        for (Link link : lead.links()) {
            links += saveLink(tx, buckets, link, known.id, slug);
        }
        int taken = 0;
        for (Form form : forms) {
            taken += saveForm(tx, buckets, lead, form, known.id, slug);
        }
        return new Taken(known.id.equals(ifNew), consents, isWithdrawnHere, links, taken);
    }

    private static @Nullable UUID firstVisitor(OriginalLead lead, List<Form> forms, String slug) {
        String anonId = forms.isEmpty() ? null : forms.getFirst().anonId();
        if (anonId == null) {
            anonId = lead.links().stream()
                    .filter(link -> !link.source().equals("same_ip_ua_window"))
                    .map(Link::anonId)
                    .findFirst()
                    .orElse(null);
        }
        return OriginalText.visitor(anonId, slug);
    }

    private static Touch captureSession(Tx tx, Buckets buckets, @Nullable UUID visitor, Instant at) {
        return visitor == null
                ? Touch.NONE
                : one(tx.query(CAPTURE_SESSION, Touch::read, buckets.of(visitor).number(), visitor, at, at));
    }

    private static Touch one(List<Touch> found) {
        return found.isEmpty() ? Touch.NONE : found.getFirst();
    }

    private record Known(UUID id, ConsentStatus status) {}

    private static Known saveLead(
            Tx tx,
            OriginalLead lead,
            Email email,
            String slug,
            UUID ifNew,
            @Nullable String formName,
            Touch capture,
            Touch first) {
        boolean isInOrder = !lead.firstCapturedAt().isAfter(lead.lastCapturedAt());
        @Nullable Object[] values = new Object[19];
        values[0] = ifNew;
        values[1] = slug;
        values[2] = email.value();
        values[3] = isInOrder ? lead.firstCapturedAt() : lead.lastCapturedAt();
        values[4] = isInOrder ? lead.lastCapturedAt() : lead.firstCapturedAt();
        values[5] = lead.sourceChannel();
        values[6] = formName;
        System.arraycopy(capture.values, 0, values, 7, 6);
        System.arraycopy(first.values, 0, values, 13, 6);
        return tx.query(SAVE, row -> new Known(row.id(1), ConsentStatus.ofKey(row.text(2))), values)
                .getFirst();
    }

    private int saveConsents(Tx tx, OriginalLead lead, Known known, String slug) {
        int written = 0;
        // A stronger consent, or a withdrawal, counts though a form has come here since.
        boolean counts = lead.status().compareTo(known.status) > 0;
        Consent last = new Consent(ConsentStatus.PENDING, null);
        // The report counts it once, after the commit.
        for (GivenConsent given : lead.record(new ImportReport())) {
            if (given.status().compareTo(known.status) < 0) {
                continue;
            }
            boolean isWithdrawal = given.status() == ConsentStatus.WITHDRAWN;
            boolean isRecorded = given.source() != null;
            last = Consent.given(given.status(), given.at(), impliedConsentMonths);
            written += tx.update(
                    RECORD,
                    known.id,
                    slug,
                    given.status().key(),
                    isRecorded ? isWithdrawal ? "unsubscribe" : "form" : "operator",
                    isRecorded && !isWithdrawal ? given.source() : null,
                    isWithdrawal ? null : Consent.DEFAULT_PURPOSE,
                    isRecorded ? isWithdrawal ? given.source() : null : "the earlier system had no record of it",
                    given.at(),
                    last.expiresAt(),
                    OriginalText.hash(given.ipHash()),
                    counts);
        }
        if (written > 0) {
            var _ = tx.update(SET_CONSENT, last.status().key(), last.expiresAt(), known.id);
        }
        return written;
    }

    private static int saveLink(Tx tx, Buckets buckets, Link link, UUID lead, String slug) {
        UUID visitor = OriginalText.visitor(link.anonId(), slug);
        if (visitor == null
                || tx.query(
                                        IS_VISITOR,
                                        row -> row.number(1),
                                        buckets.of(visitor).number(),
                                        visitor)
                                .getFirst()
                        == 0) {
            return 0;
        }
        boolean isGuessed = link.source().equals("same_ip_ua_window");
        return tx.update(
                LINK,
                lead,
                visitor,
                slug,
                isGuessed ? "same_ip_ua_window" : "form_submit",
                isGuessed ? GUESSED : 1.0,
                link.at());
    }

    private static int saveForm(Tx tx, Buckets buckets, OriginalLead lead, Form form, UUID leadId, String slug) {
        UUID visitor = OriginalText.visitor(form.anonId(), slug);
        UUID session = captureSession(tx, buckets, visitor, form.at()).session;
        ComputedId content = ComputedId.of("original form")
                .with(lead.id())
                .with(form.at().toEpochMilli())
                .with(form.name())
                .with(form.payload());
        return tx.update(
                SAVE_FORM,
                content.toUuid(),
                leadId,
                session == null ? null : visitor,
                session,
                slug,
                form.name(),
                form.at(),
                content.toHash(),
                form.payload());
    }
}
