package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.altcontext.consent.ConsentText;
import com.altcontext.consent.ConsentTexts;
import com.altcontext.event.EventStore;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.MailPermission;
import com.altcontext.lead.OperatorConsent;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsentCertificateTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Email JO = new Email("jo@x.ca");

    private final Database database = Database.migrated();

    private void capture(TestForm form) {
        var _ = new Leads(
                        database.sql(),
                        new EventStore(new SessionRule(Duration.ofMinutes(30))),
                        new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE))
                .capture(form.capture());
    }

    private void add(String version, String language, String content) {
        var _ = database.sql()
                .inTransaction(tx -> ConsentTexts.add(tx, new ConsentText(version, language, content), NOW));
    }

    private Optional<ConsentCertificate> issue(Email email, @Nullable String property) {
        return ConsentCertificate.issue(
                database.sql(), new KeyedHash("a pepper of the tests"), email, property, NOW.plusSeconds(600));
    }

    @Test
    void a_certificate_contains_the_texts_the_forms_and_every_change() {
        TestForm form = TestForm.by("jo@x.ca", NOW);
        capture(form.consent(ConsentStatus.IMPLIED));
        capture(form.consent(ConsentStatus.EXPRESS).form("footer").at(NOW.plusSeconds(60)));
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        JO,
                        null,
                        new Unsubscribe.UnsubscribeRequest(
                                Unsubscribe.UnsubscribeSource.ONE_CLICK, "too many", null, NOW.plusSeconds(120)));
        var _ = new OperatorConsent(database.sql())
                .record(new OperatorConsent.Grant(JO, null, "sales", "signed", NOW.plusSeconds(180)));
        add("2026-01", "en", "You may write to me.");
        add("2026-01", "fr", "Écrivez-moi.");
        add("2026-02", "en", "Another text.");

        ConsentCertificate certificate = issue(JO, null).orElseThrow();

        assertThat(certificate.texts())
                .extracting(text -> text.text().content())
                .containsExactly("You may write to me.", "Écrivez-moi.");
        ConsentCertificate.CertifiedLead lead = certificate.leads().getFirst();
        assertThat(lead.record())
                .extracting(row -> row.status().key() + " " + row.source() + " " + row.form() + " " + row.page() + " "
                        + row.textVersion() + " " + row.purpose() + " " + row.reason())
                .containsExactly(
                        "implied form newsletter / 2026-01 newsletter null",
                        "express form footer / 2026-01 newsletter null",
                        "withdrawn one_click null null null null too many",
                        "express operator null null null sales signed");
        assertThat(lead.record().getFirst().expiresAt()).isEqualTo(Instant.parse("2026-12-15T12:00:00Z"));
        assertThat(lead.record().getFirst().ipHash()).matches("[0-9a-f]{64}");
        assertThat(lead.purposes())
                .extracting(
                        ConsentCertificate.PurposePermission::purpose,
                        row -> row.permission().reason())
                .containsExactly(
                        tuple("newsletter", MailPermission.Reason.WITHDRAWN),
                        tuple("sales", MailPermission.Reason.EXPRESS));
    }

    @Test
    void a_version_whose_text_was_never_added_is_still_named() {
        capture(TestForm.by("jo@x.ca", NOW).consent(ConsentStatus.EXPRESS));

        ConsentCertificate certificate = issue(JO, null).orElseThrow();

        assertThat(certificate.leads().getFirst().record().getFirst().textVersion())
                .isEqualTo("2026-01");
        assertThat(certificate.texts()).isEmpty();
        assertThat(certificate.hasText("2026-01")).isFalse();
    }

    @Test
    void a_certificate_is_audited_and_a_request_for_an_unknown_address_is_not() {
        capture(TestForm.by("jo@x.ca", NOW).property("docs"));

        assertThat(issue(JO, "default")).isEmpty();
        assertThat(issue(new Email("unknown@x.ca"), null)).isEmpty();
        assertThat(database.count("SELECT count(*) FROM audit_log")).isZero();

        assertThat(issue(JO, "docs").orElseThrow().leads().getFirst().propertyName())
                .isNotEmpty();
        assertThat(database.texts(
                        "SELECT concat_ws('|', done_by, action, property_id, row_count, octet_length(email_hash))"
                                + " FROM audit_log"))
                .containsExactly("altops|consent_certificate|docs|1|32");
    }
}
