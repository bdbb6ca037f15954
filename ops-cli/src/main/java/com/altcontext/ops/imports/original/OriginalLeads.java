package com.altcontext.ops.imports.original;

import com.altcontext.db.Buckets;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.lead.LeadOrigin;
import com.altcontext.ops.imports.original.OriginalLead.Form;
import com.altcontext.ops.imports.original.OriginalLead.GivenConsent;
import com.altcontext.ops.imports.original.OriginalLead.Link;
import com.altcontext.value.ComputedId;
import com.altcontext.visit.SessionRule;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Imports leads with their consent, links and forms, each lead in its own transaction. The events must have been imported before. A
 * lead that is known here keeps what it has, and a withdrawal here is final. Else, consents that are not weaker than the lead's status
 * are added to its record if no row there is newer, or if the imported record ends in a stronger status or in a withdrawal.
 */
final class OriginalLeads {
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
            """.formatted(LeadOrigin.PERSON_REPLACES_BOT);

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
    private final OriginalConsents consents;
    private final Set<UUID> visitors;
    private final ErasedPeople erased;
    private final ImportReport report;
    /** The property and address of each lead of this run so far. */
    private final Set<String> addresses = new HashSet<>();

    /**
     * @param sql where leads are stored; null to count only
     * @param visitors the visitors of the imported events; a run that only counts, counts the links to these
     */
    OriginalLeads(
            @Nullable Sql sql,
            SessionRule rule,
            int impliedConsentMonths,
            Set<UUID> visitors,
            ErasedPeople erased,
            ImportReport report) {
        this.sql = sql;
        this.rule = rule;
        this.consents = new OriginalConsents(impliedConsentMonths);
        this.visitors = visitors;
        this.erased = erased;
        this.report = report;
    }

    /** @param beforeEach is called before each lead */
    void importAll(Tx original, Runnable beforeEach) {
        for (OriginalLead bare : OriginalLead.all(original)) {
            beforeEach.run();
            Email email = OriginalText.email(bare.email());
            if (email == null) {
                report.skipped("leads without a valid address");
            } else if (erased.contains(email)) {
                report.skipped("leads who were erased here");
            } else {
                OriginalLead lead = bare.complete(original);
                report(
                        lead,
                        email,
                        sql == null ? count(lead, email) : Retry.inTransaction(sql, tx -> store(tx, lead, email)));
            }
        }
        report.skipped("links, submissions and consents without a lead", OriginalLead.rowsWithoutLead(original));
    }

    /** What was imported of one lead. It is reported after the commit, since a transaction may be retried. */
    private record Imported(
            boolean isNew, List<GivenConsent> consents, boolean isWithdrawnHere, List<Link> links, List<Form> forms) {}

    private void report(OriginalLead lead, Email email, Imported imported) {
        List<GivenConsent> record = lead.record(report);
        report.imported("leads", imported.isNew ? 1 : 0);
        report.imported("consents", imported.consents.size());
        report.imported("links", imported.links.size());
        report.imported("submissions", imported.forms.size());
        reportChanges(lead, record, imported);
        boolean isFirst = addresses.add(lead.slug() + " " + email.value());
        report.skipped(
                isFirst ? "leads that are here already" : "leads of an address that another lead has",
                imported.isNew ? 0 : 1);
        report.skipped(
                imported.isWithdrawnHere
                        ? "consents of leads who withdrew here"
                        : "consents that are here already, older or weaker than those here",
                record.size() - imported.consents.size());
        report.skipped(
                "links that are here already, or to visitors without events on the property",
                lead.links().size() - imported.links.size());
        long accepted = lead.forms().stream().filter(Form::isAccepted).count();
        report.skipped("submissions that were not accepted", lead.forms().size() - accepted);
        report.skipped("submissions that are here already", accepted - imported.forms.size());
    }

    /** Reports what was changed in the rows of this run. Rows of an earlier run were reported by that run. */
    private void reportChanges(OriginalLead lead, List<GivenConsent> record, Imported imported) {
        if (imported.consents.stream().anyMatch(given -> !given.isOnRecord())) {
            report.changed("consents that had no record");
        }
        if (imported.isNew && record.getLast().status() != lead.status()) {
            report.changed("leads whose status was weaker than their record of consent, which now decides");
        }
        imported.links.stream()
                .filter(link -> link.source().equals("manual_merge"))
                .forEach(_ -> report.changed("links by manual merge, which now count as links by a form"));
        imported.forms.stream()
                .filter(Form::lostPayload)
                .forEach(_ -> report.changed("submissions without their payload, which was not an object"));
    }

    /** What a run would import into a database without leads. */
    private Imported count(OriginalLead lead, Email email) {
        return new Imported(
                !addresses.contains(lead.slug() + " " + email.value()),
                lead.record(new ImportReport()),
                false,
                lead.links().stream()
                        .filter(link -> {
                            UUID visitor = OriginalText.visitor(link.anonId(), lead.slug());
                            return visitor != null && visitors.contains(visitor);
                        })
                        .toList(),
                lead.forms().stream().filter(Form::isAccepted).toList());
    }

    private Imported store(Tx tx, OriginalLead lead, Email email) {
        LeadLock.take(tx, email);
        Buckets buckets = Buckets.read(tx);
        List<SentForm> forms = lead.forms().stream()
                .filter(Form::isAccepted)
                .map(form -> SentForm.of(tx, buckets, rule, form, lead.slug()))
                .toList();
        Known known = saveLead(tx, buckets, lead, email, forms);
        // The report counts it once, after the commit.
        List<GivenConsent> record = lead.record(new ImportReport());
        boolean isWithdrawnHere =
                known.status == ConsentStatus.WITHDRAWN && record.getLast().status() != ConsentStatus.WITHDRAWN;
        return new Imported(
                known.isNew,
                isWithdrawnHere ? List.of() : consents.save(tx, record, known.id, lead.slug(), known.status),
                isWithdrawnHere,
                lead.links().stream()
                        .filter(link -> saveLink(tx, buckets, link, known.id, lead.slug(), forms))
                        .toList(),
                forms.stream()
                        .filter(form -> saveForm(tx, lead, form, known.id))
                        .map(SentForm::form)
                        .toList());
    }

    /** A form, and the session in which it was sent. */
    private record SentForm(Form form, OriginalCapture capture) {
        static SentForm of(Tx tx, Buckets buckets, SessionRule rule, Form form, String slug) {
            UUID visitor = OriginalText.visitor(form.anonId(), slug);
            return new SentForm(form, OriginalCapture.find(tx, buckets, rule, visitor, form.at()));
        }

        boolean isOfBot() {
            return capture.isBot();
        }
    }

    /** The visitor who sent the lead, for a lead whose forms do not name one. */
    private static @Nullable UUID linkedVisitor(OriginalLead lead) {
        return lead.links().stream()
                .filter(link -> !link.source().equals("same_ip_ua_window"))
                .map(link -> OriginalText.visitor(link.anonId(), lead.slug()))
                .findFirst()
                .orElse(null);
    }

    private record Known(UUID id, ConsentStatus status, boolean isNew) {}

    /** Saves the lead with the session of its first form from a person. Without one, the first form from a bot decides. */
    private Known saveLead(Tx tx, Buckets buckets, OriginalLead lead, Email email, List<SentForm> forms) {
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
                        linkedVisitor(lead),
                        first == null ? lead.firstCapturedAt() : first.form.at());
        Instant begun = first == null || first.equals(forms.getFirst()) ? lead.firstCapturedAt() : first.form.at();
        boolean isInOrder = !begun.isAfter(lead.lastCapturedAt());
        UUID ifNew = UUID.randomUUID();
        @Nullable Object[] values = new Object[8 + 2 * OriginalCapture.TOUCH_COLUMNS];
        values[0] = ifNew;
        values[1] = lead.slug();
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
        return tx.queryOne(
                SAVE,
                row -> new Known(
                        row.id(1), ConsentStatus.ofKey(row.text(2)), row.id(1).equals(ifNew)),
                values);
    }

    /** Saves a link. It counts as a bot's if all forms that its visitor sent for this lead came from a bot's sessions. */
    private boolean saveLink(Tx tx, Buckets buckets, Link link, UUID lead, String slug, List<SentForm> forms) {
        UUID visitor = OriginalText.visitor(link.anonId(), slug);
        if (visitor == null
                || tx.queryOne(
                                IS_VISITOR,
                                row -> row.number(1),
                                buckets.of(visitor).number(),
                                visitor)
                        == 0) {
            return false;
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
                        isBot && !isGuessed)
                > 0;
    }

    private static boolean saveForm(Tx tx, OriginalLead lead, SentForm sent, UUID leadId) {
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
                        lead.slug(),
                        form.name(),
                        form.at(),
                        content.toHash(),
                        form.payload())
                > 0;
    }
}
