package com.altcontext.ops.original;

import com.altcontext.db.Buckets;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.Consent;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.lead.LeadOrigin;
import com.altcontext.ops.original.OriginalLead.Form;
import com.altcontext.ops.original.OriginalLead.GivenConsent;
import com.altcontext.ops.original.OriginalLead.Link;
import com.altcontext.value.ComputedId;
import com.altcontext.visit.SessionRule;
import java.time.Instant;
import java.util.HashSet;
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
    private static final String SAVE = """
            INSERT INTO leads AS known (
                id, property_id, email, first_captured_at, last_captured_at, source_channel, consent_status, is_bot, form_name,
                capture_traffic_source, capture_referrer_host, capture_utm_source, capture_utm_medium,
                capture_utm_campaign, capture_landing_path,
                first_traffic_source, first_referrer_host, first_utm_source, first_utm_medium, first_utm_campaign,
                first_landing_path)
            VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (property_id, email) DO UPDATE
            SET first_captured_at = CASE
                    WHEN known.is_bot = excluded.is_bot THEN least(known.first_captured_at, excluded.first_captured_at)
                    WHEN known.is_bot THEN excluded.first_captured_at
                    ELSE known.first_captured_at END,
                last_captured_at = greatest(known.last_captured_at, excluded.last_captured_at),
                %s,
                is_bot = known.is_bot AND excluded.is_bot
            RETURNING id, consent_status
            """.formatted(LeadOrigin.OF_A_PERSON);

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
            INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at, is_bot)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (lead_id, visitor_id) DO NOTHING
            """;

    private static final String SAVE_FORM = """
            INSERT INTO form_submissions (
                id, lead_id, visitor_id, session_id, property_id, form_name, submitted_at, content_hash, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb) ON CONFLICT (id) DO NOTHING
            """;

    private static final double GUESSED = 0.35;

    private final @Nullable Sql sql;
    private final SessionRule rule;
    private final int impliedConsentMonths;
    private final Set<UUID> visitors;
    private final ErasedPeople erased;
    private final ImportReport report;
    /** The leads that a dry run has counted, each by its property and address. */
    private final Set<String> counted = new HashSet<>();

    /**
     * @param sql where leads are stored; null to count only
     * @param visitors those whose events were taken, by which links are counted
     */
    public OriginalLeads(
            @Nullable Sql sql,
            SessionRule rule,
            int impliedConsentMonths,
            Set<UUID> visitors,
            ErasedPeople erased,
            ImportReport report) {
        this.sql = sql;
        this.rule = rule;
        this.impliedConsentMonths = impliedConsentMonths;
        this.visitors = visitors;
        this.erased = erased;
        this.report = report;
    }

    /** @param atEach is called before each lead */
    public void take(Tx original, Runnable atEach) {
        for (OriginalLead bare : OriginalLead.all(original)) {
            atEach.run();
            Email email = OriginalText.email(bare.email());
            if (email == null) {
                report.left("leads whose address is none");
            } else if (erased.contains(email)) {
                report.left("leads who were erased here");
            } else {
                OriginalLead lead = bare.complete(original);
                report(lead, sql == null ? count(lead, email) : Retry.inTransaction(sql, tx -> store(tx, lead, email)));
            }
        }
        report.left("links, submissions and consents without a lead", OriginalLead.rowsWithoutLead(original));
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
        lead.forms().stream()
                .filter(form -> form.isAccepted() && form.lostPayload())
                .forEach(_ -> report.changed("submissions whose payload is no object, and which are now without"));
    }

    /** What a run would take into a database without leads. */
    private Taken count(OriginalLead lead, Email email) {
        String slug = OriginalText.slug(lead.property());
        return new Taken(
                counted.add(slug + " " + email.value()),
                lead.record(new ImportReport()).size(),
                false,
                Math.toIntExact(lead.links().stream()
                        .map(link -> OriginalText.visitor(link.anonId(), slug))
                        .filter(visitor -> visitor != null && visitors.contains(visitor))
                        .count()),
                Math.toIntExact(lead.forms().stream().filter(Form::isAccepted).count()));
    }

    private Taken store(Tx tx, OriginalLead lead, Email email) {
        LeadLock.take(tx, email);
        Buckets buckets = Buckets.read(tx);
        String slug = OriginalText.slug(lead.property());
        List<SentForm> forms = lead.forms().stream()
                .filter(Form::isAccepted)
                .map(form -> SentForm.of(tx, buckets, rule, form, slug))
                .toList();
        UUID ifNew = UUID.randomUUID();
        Known known = saveLead(tx, buckets, lead, email, slug, ifNew, forms);
        // The report counts it once, after the commit.
        List<GivenConsent> record = lead.record(new ImportReport());
        boolean isWithdrawnHere =
                known.status == ConsentStatus.WITHDRAWN && record.getLast().status() != ConsentStatus.WITHDRAWN;
        int consents = isWithdrawnHere ? 0 : saveConsents(tx, record, known, slug);
        int links = 0;
        for (Link link : lead.links()) {
            links += saveLink(tx, buckets, link, known.id, slug, forms);
        }
        int taken = 0;
        for (SentForm form : forms) {
            taken += saveForm(tx, lead, form, known.id, slug);
        }
        return new Taken(known.id.equals(ifNew), consents, isWithdrawnHere, links, taken);
    }

    /** A form, and the session that it was sent in. */
    private record SentForm(Form form, OriginalCapture capture) {
        static SentForm of(Tx tx, Buckets buckets, SessionRule rule, Form form, String slug) {
            UUID visitor = OriginalText.visitor(form.anonId(), slug);
            return new SentForm(form, OriginalCapture.find(tx, buckets, rule, visitor, form.at()));
        }

        boolean isOfBot() {
            return capture.isBot();
        }
    }

    /** By whom the lead was sent, if its forms do not say. */
    private static @Nullable UUID linkedVisitor(OriginalLead lead, String slug) {
        return lead.links().stream()
                .filter(link -> !link.source().equals("same_ip_ua_window"))
                .map(link -> OriginalText.visitor(link.anonId(), slug))
                .findFirst()
                .orElse(null);
    }

    private record Known(UUID id, ConsentStatus status) {}

    /** The first form of a person decides; without one, the first form of a bot. */
    private Known saveLead(
            Tx tx, Buckets buckets, OriginalLead lead, Email email, String slug, UUID ifNew, List<SentForm> forms) {
        SentForm first = forms.stream()
                .filter(form -> !form.isOfBot())
                .findFirst()
                .orElse(forms.isEmpty() ? null : forms.getFirst());
        OriginalCapture sent = first == null ? null : first.capture;
        OriginalCapture capture = sent != null && sent.visitor() != null
                ? sent
                : OriginalCapture.find(
                        tx,
                        buckets,
                        rule,
                        linkedVisitor(lead, slug),
                        first == null ? lead.firstCapturedAt() : first.form.at());
        Instant begun = first == null || first.equals(forms.getFirst()) ? lead.firstCapturedAt() : first.form.at();
        boolean isInOrder = !begun.isAfter(lead.lastCapturedAt());
        @Nullable Object[] values = new Object[8 + 2 * OriginalCapture.TOUCH_COLUMNS];
        values[0] = ifNew;
        values[1] = slug;
        values[2] = email.value();
        values[3] = isInOrder ? begun : lead.lastCapturedAt();
        values[4] = isInOrder ? lead.lastCapturedAt() : begun;
        values[5] = lead.sourceChannel();
        values[6] = capture.isBot();
        values[7] = first == null ? null : first.form.name();
        System.arraycopy(capture.touch(), 0, values, 8, OriginalCapture.TOUCH_COLUMNS);
        System.arraycopy(
                capture.firstTouch(tx, buckets),
                0,
                values,
                8 + OriginalCapture.TOUCH_COLUMNS,
                OriginalCapture.TOUCH_COLUMNS);
        return tx.query(SAVE, row -> new Known(row.id(1), ConsentStatus.ofKey(row.text(2))), values)
                .getFirst();
    }

    private int saveConsents(Tx tx, List<GivenConsent> record, Known known, String slug) {
        int written = 0;
        // A stronger consent, or a withdrawal, counts though a form has come here since.
        boolean counts = record.getLast().status().compareTo(known.status) > 0;
        Consent last = new Consent(ConsentStatus.PENDING, null);
        for (GivenConsent given : record) {
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

    /** It is a bot's if only a bot of the visitor has sent the lead's forms. */
    private int saveLink(Tx tx, Buckets buckets, Link link, UUID lead, String slug, List<SentForm> forms) {
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
        List<SentForm> own = forms.stream()
                .filter(form -> visitor.equals(form.capture.visitor()))
                .toList();
        boolean isBot = own.isEmpty()
                ? OriginalCapture.find(tx, buckets, rule, visitor, link.at()).isBot()
                : own.stream().allMatch(SentForm::isOfBot);
        return tx.update(
                LINK,
                lead,
                visitor,
                slug,
                isGuessed ? "same_ip_ua_window" : "form_submit",
                isGuessed ? GUESSED : 1.0,
                link.at(),
                isBot && !isGuessed);
    }

    private static int saveForm(Tx tx, OriginalLead lead, SentForm sent, UUID leadId, String slug) {
        Form form = sent.form;
        UUID session = sent.capture.session();
        ComputedId content = ComputedId.of("original form")
                .with(lead.id())
                .with(form.at().toEpochMilli())
                .with(form.name())
                .with(form.payload());
        return tx.update(
                SAVE_FORM,
                content.toUuid(),
                leadId,
                session == null ? null : sent.capture.visitor(),
                session,
                slug,
                form.name(),
                form.at(),
                content.toHash(),
                form.payload());
    }
}
