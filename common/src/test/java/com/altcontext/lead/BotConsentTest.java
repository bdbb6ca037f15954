package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.lead.Unsubscribe.UnsubscribeRequest;
import com.altcontext.lead.Unsubscribe.UnsubscribeSource;
import com.altcontext.privacy.ConsentCertificate;
import com.altcontext.privacy.MailableList;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bot's form says nothing about the consent of the person whose address it contains. */
class BotConsentTest extends LeadsFixture {
    private static final TestForm BOT = JO.byBot().visitor("visitor-0002").form("crawled");

    /** Purpose, verdict and reason of each row in the list of mailable leads. */
    private static List<String> verdicts() {
        return new MailableList(database.sql(), (lead, property) -> null)
                .writeCsv(
                        new MailableList.MailableRequest(null, null, Caller.ALTOPS, NOW.plusSeconds(600)),
                        StringBuilder::new)
                .toString()
                .lines()
                .skip(1)
                .map(line -> line.split(",", -1))
                .map(cells -> (cells[2] + " " + cells[3] + " " + cells[4]).strip())
                .toList();
    }

    private static List<String> certified() {
        return ConsentCertificate.issue(
                        database.sql(),
                        new KeyedHash("a pepper of the tests"),
                        new Email(JO.email()),
                        null,
                        NOW.plusSeconds(600))
                .orElseThrow()
                .leads()
                .getFirst()
                .record()
                .stream()
                .map(row -> row.status().key() + " " + row.form())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPRESS", "IMPLIED"})
    void consent_from_a_bot_s_form_does_not_count_for_a_person_who_submits_the_address_later(ConsentStatus granted) {
        capture(BOT.consent(granted));
        assertThat(verdicts()).containsExactly("may_not bot");
        assertThat(certified()).isEmpty();

        capture(JO.at(NOW.plusSeconds(60)));
        assertThat(verdicts()).containsExactly("newsletter may_not pending");
        assertThat(certified()).containsExactly("pending newsletter");
        assertThat(database.texts("SELECT consent_status FROM leads")).containsExactly("pending");
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPRESS", "IMPLIED"})
    void a_bot_grants_nothing_for_a_person_who_submitted_the_address_before(ConsentStatus granted) {
        capture(JO);
        capture(BOT.consent(granted).at(NOW.plusSeconds(60)));

        assertThat(verdicts()).containsExactly("newsletter may_not pending");
        assertThat(certified()).containsExactly("pending newsletter");
        assertThat(rows("form_submissions")).isEqualTo(2);
    }

    @Test
    void a_bot_does_not_renew_implied_consent() {
        capture(JO.consent(ConsentStatus.IMPLIED));
        List<String> ends = database.texts("SELECT consent_expires_at::text FROM leads");
        capture(BOT.consent(ConsentStatus.IMPLIED).at(NOW.plusSeconds(60)));

        assertThat(database.texts("SELECT consent_expires_at::text FROM leads")).isEqualTo(ends);
        assertThat(certified()).containsExactly("implied newsletter");
    }

    @Test
    void a_person_s_consent_holds_even_if_a_bot_submitted_the_address_before() {
        capture(BOT.consent(ConsentStatus.EXPRESS));
        capture(JO.consent(ConsentStatus.IMPLIED).at(NOW.plusSeconds(60)));

        assertThat(verdicts()).containsExactly("newsletter may_until implied");
    }

    @Test
    void a_withdrawal_holds_even_if_only_bots_had_submitted_the_address() {
        capture(BOT.consent(ConsentStatus.EXPRESS));
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email(JO.email()),
                        null,
                        new UnsubscribeRequest(UnsubscribeSource.UNSUBSCRIBE, null, null, NOW.plusSeconds(60)));
        assertThat(verdicts()).containsExactly("may_not withdrawn");

        capture(JO.consent(ConsentStatus.EXPRESS).at(NOW.plusSeconds(120)));
        assertThat(verdicts()).containsExactly("may_not withdrawn");
    }

    // --- consent in writing, recorded by an operator

    private static void grantInWriting() {
        var _ = new OperatorConsent(database.sql())
                .record(new OperatorConsent.Grant(
                        new Email(JO.email()), null, "newsletter", "signed sheet 12", NOW.plusSeconds(60)));
    }

    @Test
    void consent_in_writing_holds_even_if_only_bots_submitted_the_address() {
        capture(BOT);
        grantInWriting();

        assertThat(verdicts()).containsExactly("newsletter may express");
        assertThat(database.texts("SELECT is_bot::text FROM leads"))
                .as("the lead is still excluded from the figures")
                .containsExactly("true");
    }

    @Test
    void consent_in_writing_holds_for_a_lead_in_review_and_other_purposes_wait() {
        captureForReview(JO.consent(ConsentStatus.EXPRESS).purpose("sales"));
        grantInWriting();

        assertThat(verdicts()).containsExactly("newsletter may express", "sales may_not in_review");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_later_form_does_not_change_consent_in_writing(boolean byBotFirst) {
        captureForReview(byBotFirst ? BOT : JO);
        grantInWriting();
        captureForReview(JO.consent(ConsentStatus.EXPRESS).form("fair").at(NOW.plusSeconds(120)));
        captureForReview(
                JO.consent(ConsentStatus.EXPRESS).form("fair").purpose("sales").at(NOW.plusSeconds(180)));

        assertThat(verdicts()).containsExactly("newsletter may express", "sales may_not in_review");
    }

    private static void captureForReview(TestForm form) {
        var _ = leads(database.sql()).capture(form.capture().markedForReview());
    }
}
