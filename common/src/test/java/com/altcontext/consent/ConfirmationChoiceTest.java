package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.consent.Confirmation.Choice;
import com.altcontext.consent.ConfirmationToken.Request;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.PendingConsent;
import com.altcontext.testing.TestForm;
import com.altcontext.value.Language;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The choices on the page of a confirmation link if several forms contained the address. */
class ConfirmationChoiceTest extends ConfirmationFixture {
    private static final TestForm STRANGER = JO.visitor("a-stranger")
            .from("198.51.100.7", "curl")
            .form("evil form")
            .purpose("casino partner offers");

    private static List<String> recorded() {
        return database.texts(
                "SELECT concat_ws('|', status, purpose, form_name, path) FROM consent_events ORDER BY id");
    }

    private static List<String> shown(Request link) {
        return choices(link, NOW.plusSeconds(120)).stream()
                .map(choice -> choice.purpose() + " by " + choice.form() + " on " + choice.page())
                .toList();
    }

    @Test
    void the_owner_can_confirm_their_own_form_with_a_mail_that_a_stranger_s_form_sent() {
        capture(STRANGER);
        link = deliver().getFirst();
        capture(JO.at(NOW.plusSeconds(60)));
        assertThat(mails()).as("one mail a day").isZero();

        List<Choice> choices = choices(link, NOW.plusSeconds(120));
        assertThat(shown(link))
                .containsExactly("newsletter by newsletter on /", "casino partner offers by evil form on /");
        assertThat(confirm(link, List.of(choices.getFirst().id()), NOW.plusSeconds(120)))
                .isTrue();

        assertThat(recorded())
                .containsExactly(
                        "pending|casino partner offers|evil form|/",
                        "pending|newsletter|newsletter|/",
                        "express|newsletter|newsletter|/");
        assertThat(verdict(NOW.plusSeconds(180))).isEqualTo("may");
        assertThat(shown(link)).containsExactly("casino partner offers by evil form on /");
    }

    @Test
    void each_form_for_the_same_purpose_is_a_separate_choice() {
        capture(STRANGER.purpose("newsletter").form("newsletter"));
        link = deliver().getFirst();
        capture(JO.at(NOW.plusSeconds(60)));
        capture(JO.form("footer").at(NOW.plusSeconds(90)));

        assertThat(shown(link)).containsExactly("newsletter by footer on /", "newsletter by newsletter on /");
        long own = choices(link, NOW).getLast().id();
        assertThat(own).as("the newest of two identical forms").isGreaterThan(link.consentId());
        assertThat(confirm(link, List.of(own), NOW.plusSeconds(120))).isTrue();
        assertThat(shown(link)).containsExactly("newsletter by footer on /");
    }

    @Test
    void another_text_version_is_confirmed_separately() {
        capture(JO);
        link = deliver().getFirst();
        database.run("""
                INSERT INTO consent_events (
                    lead_id, property_id, status, source, form_name, path, policy_version, purpose, reason, occurred_at)
                SELECT lead_id, property_id, status, source, form_name, path, '2026-02', purpose, reason, occurred_at
                FROM consent_events
                """);
        assertThat(choices(link, NOW)).extracting(Choice::textVersion).containsExactly("2026-02", "2026-01");

        assertThat(confirm(link, NOW)).isTrue();
        assertThat(choices(link, NOW)).extracting(Choice::textVersion).containsExactly("2026-02");
    }

    @Test
    void another_form_for_a_purpose_with_express_consent_is_recorded_and_sends_no_mail() {
        capture(JO);
        link = deliver().getFirst();
        assertThat(confirm(link, NOW)).isTrue();
        TestForm other = JO.form("footer");
        for (TestForm form : List.of(JO, other, other)) {
            capture(form.at(NOW.plusSeconds(60 + database.count("SELECT count(*) FROM form_submissions") * 60)));
        }

        assertThat(recorded())
                .containsExactly(
                        "pending|newsletter|newsletter|/",
                        "express|newsletter|newsletter|/",
                        "pending|newsletter|footer|/");
        assertThat(mails()).isZero();
        assertThat(verdict(NOW.plusSeconds(300))).isEqualTo("may");
        assertThat(shown(link)).containsExactly("newsletter by footer on /");
    }

    @Test
    void a_mail_does_not_ask_about_purposes_with_express_consent() {
        capture(JO);
        link = deliver().getFirst();
        assertThat(confirm(link, NOW)).isTrue();
        capture(JO.form("footer").at(NOW.plusSeconds(60)));
        capture(JO.purpose("sales").at(NOW.plus(Duration.ofDays(2))));

        assertThat(database.texts("SELECT body::jsonb ->> 'purposes' FROM outbox WHERE event = 'confirmation'"))
                .containsExactly("[\"sales\"]");
    }

    @Test
    void after_a_withdrawal_a_form_can_be_confirmed_again_even_if_a_stranger_s_form_sent_the_mail() {
        capture(JO);
        link = deliver().getFirst();
        assertThat(confirm(link, NOW)).isTrue();
        Instant later = NOW.plus(Duration.ofDays(2));
        unsubscribe(later);
        capture(STRANGER.at(later.plusSeconds(60)));
        assertThat(mails()).isOne();
        capture(JO.at(later.plusSeconds(120)));

        assertThat(mails()).as("one mail a day").isOne();
        assertThat(recorded()).last().isEqualTo("pending|newsletter|newsletter|/");
        assertThat(choices(link, later.plusSeconds(180)))
                .extracting(Choice::purpose)
                .contains("newsletter");
    }

    @Test
    void several_purposes_are_confirmed_together() {
        for (String purpose : List.of("newsletter", "sales", "events")) {
            capture(JO.purpose(purpose));
        }
        link = deliver().getFirst();
        List<Long> all = choices(link, NOW).stream().map(Choice::id).toList();

        assertThat(confirm(link, all, NOW)).isTrue();
        assertThat(confirm(link, all, NOW)).as("the button is clicked twice").isTrue();
        assertThat(database.texts("SELECT purpose FROM consent_events WHERE source = 'confirmed' ORDER BY id"))
                .containsExactly("newsletter", "sales", "events");
        assertThat(shown(link)).isEmpty();
        assertThat(isAnswered(link)).isTrue();
        unsubscribe(NOW.plusSeconds(60));
        assertThat(isAnswered(link)).isFalse();
    }

    private static boolean isAnswered(Request link) {
        return new Confirmation(database.sql())
                .ask(link, Language.ENGLISH, NOW)
                .orElseThrow()
                .isAnswered();
    }

    @Test
    void a_form_without_a_ticked_box_and_a_form_of_another_lead_cannot_be_confirmed() {
        capture(JO.consent(ConsentStatus.PENDING).purpose("sales"));
        capture(TestForm.by("kim@example.ca", NOW)
                .consent(ConsentStatus.EXPRESS)
                .toConfirm());
        Request kim = deliver().getFirst();
        capture(JO.at(NOW.plusSeconds(60)));
        link = deliver().getFirst();

        assertThat(shown(link)).containsExactly("newsletter by newsletter on /");
        List<Long> others = database.texts("SELECT id::text FROM consent_events").stream()
                .map(Long::valueOf)
                .filter(id -> id != link.consentId())
                .toList();
        assertThat(confirm(link, others, NOW.plusSeconds(120))).isFalse();
        assertThat(confirm(link, List.of(), NOW.plusSeconds(120))).isFalse();
        assertThat(database.count("SELECT count(*) FROM consent_events WHERE source = 'confirmed'"))
                .isZero();
        assertThat(confirm(kim, NOW.plusSeconds(120))).isTrue();
    }

    @Test
    void after_an_unsubscribe_earlier_forms_cannot_be_confirmed() {
        capture(STRANGER);
        capture(JO.at(NOW.plusSeconds(60)));
        link = deliver().getFirst();
        List<Long> all = choices(link, NOW).stream().map(Choice::id).toList();
        unsubscribe(NOW.plusSeconds(90));

        assertThat(shown(link)).isEmpty();
        assertThat(confirm(link, all, NOW.plusSeconds(120))).isFalse();
        capture(JO.at(NOW.plusSeconds(150)));
        assertThat(shown(link)).as("a form after the unsubscribe").containsExactly("newsletter by newsletter on /");
    }

    @Test
    void a_form_can_be_confirmed_for_fourteen_days() {
        capture(JO.purpose("sales"));
        assertThat(deliver()).hasSize(1);
        capture(JO.form("footer").at(NOW.plus(Duration.ofDays(2))));
        link = deliver().getFirst();
        Instant end = NOW.plus(Duration.ofDays(14));

        List<Choice> all = choices(link, end.minusMillis(1));
        assertThat(all).extracting(Choice::purpose).containsExactly("newsletter", "sales");
        assertThat(choices(link, end)).extracting(Choice::purpose).containsExactly("newsletter");
        List<Long> late = List.of(all.getLast().id());
        assertThat(confirm(link, late, end)).isFalse();
        assertThat(confirm(link, late, end.minusMillis(1))).isTrue();
        assertThat(confirm(link, end.plus(Duration.ofDays(1))))
                .as("the form that sent the mail can be confirmed as long as the link is valid")
                .isTrue();
    }

    @Test
    void the_fourteen_days_have_24_hours_each_even_across_a_clock_change() {
        assertThat(isConfirmable("2026-03-15T11:59:59Z", "2026-03-01T12:00:00Z"))
                .isTrue();
        assertThat(isConfirmable("2026-03-15T12:00:00Z", "2026-03-01T12:00:00Z"))
                .isFalse();
    }

    private static boolean isConfirmable(String at, String sent) {
        return database.sql()
                .inTransaction(tx -> {
                    tx.query("SELECT set_config('TimeZone', 'America/Toronto', true)", row -> row.text(1));
                    return tx.query(
                            "SELECT " + PendingConsent.isConfirmable("timestamptz '" + at + "'")
                                    + " FROM (SELECT 'form', 'pending', 'box ticked', timestamptz '" + sent
                                    + "') AS e(source, status, reason, occurred_at)",
                            row -> row.flag(1));
                })
                .getFirst();
    }

    @Test
    void the_same_form_is_recorded_once_for_each_page() {
        capture(JO);
        capture(JO.path("/pricing").at(NOW.plusSeconds(60)));
        capture(JO.path("/pricing").at(NOW.plusSeconds(120)));

        assertThat(recorded())
                .containsExactly("pending|newsletter|newsletter|/", "pending|newsletter|newsletter|/pricing");
    }

    @Test
    void a_flood_of_forms_is_recorded_only_in_part_and_the_owner_s_form_is_still_recorded() {
        for (int i = 0; i < 30; i++) {
            capture(STRANGER.purpose("offer " + i).at(NOW.plusSeconds(i)));
        }
        assertThat(recorded()).hasSize(5);
        capture(JO.at(NOW.plusSeconds(60)));
        assertThat(recorded()).last().isEqualTo("pending|newsletter|newsletter|/");

        for (int i = 0; i < 60; i++) {
            capture(STRANGER.purpose("offer " + i).from("203.0.113." + i, null).at(NOW.plusSeconds(100 + i)));
        }
        assertThat(recorded()).hasSize(20);
        capture(STRANGER.at(NOW.plus(Duration.ofHours(20))));
        assertThat(recorded()).hasSize(20);
        assertThat(database.count("SELECT count(*) FROM form_submissions")).isEqualTo(92);
    }

    @Test
    void the_consent_text_is_shown_in_the_language_of_the_page_if_it_is_stored_in_that_language() {
        for (String language : List.of("en", "fr-ca")) {
            database.sql()
                    .inTransaction(tx -> ConsentTexts.add(
                            tx, new ConsentText("2026-01", language, "The words in " + language + ".\n"), NOW));
        }
        capture(JO);
        link = deliver().getFirst();

        Confirmation confirmation = new Confirmation(database.sql());
        for (Language language : Language.values()) {
            Choice choice = confirmation
                    .ask(link, language, NOW)
                    .orElseThrow()
                    .choices()
                    .getFirst();
            assertThat(choice.textVersion()).isEqualTo("2026-01");
            assertThat(Objects.requireNonNull(choice.text()).content()).startsWith("The words in " + language.tag());
        }
    }
}
