package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.altcontext.testing.TestForm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets a mail about a new lead. */
class LeadAlertsTest extends LeadsFixture {
    private static final String MAILS = """
            SELECT concat_ws(' ', destination, property_id, language, CASE next_attempt_at WHEN 'infinity' THEN 'waits' END, body)
            FROM outbox WHERE kind = 'mail' ORDER BY 1
            """;

    @BeforeEach
    void reset() {
        database.run("UPDATE properties SET mail_language = 'en', notify_details = false");
    }

    private static void captured(TestForm form, boolean forReview) {
        LeadRules rules = new LeadRules(
                false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of("all@team.example")));
        Capture capture = form.capture();
        var _ = new Leads(database.sql(), EVENTS, rules).capture(forReview ? capture.markedForReview() : capture);
    }

    private static void addAlertRecipient(String email) {
        database.run(
                "INSERT INTO recipients (id, property_id, kind, email, created_at) VALUES (gen_random_uuid(), 'default',"
                        + " 'alert', '" + email + "', now())");
    }

    @Test
    void a_new_lead_sends_one_mail_without_personal_data() {
        captured(JO.payload("{\"company\": \"Jo Ltd\"}"), false);
        captured(JO.form("again").at(NOW.plusSeconds(60)), false);

        assertThat(database.texts(MAILS)).containsExactly("all@team.example default en {\"property\": \"Default\"}");
    }

    @Test
    void the_recipients_of_a_property_get_the_mail_instead_except_one_who_unsubscribed() {
        addAlertRecipient("a@team.example");
        addAlertRecipient("b@team.example");
        addAlertRecipient("c@team.example");
        database.run("UPDATE recipients SET stopped_at = now() WHERE email = 'c@team.example'");
        database.run("UPDATE properties SET mail_language = 'fr' WHERE id = 'default'");
        captured(JO, false);

        assertThat(database.texts(MAILS))
                .containsExactly(
                        "a@team.example default fr {\"property\": \"Default\"}",
                        "b@team.example default fr {\"property\": \"Default\"}");

        database.run("DELETE FROM outbox", "UPDATE recipients SET stopped_at = now()");
        captured(JO.email("kim@example.ca"), false);
        assertThat(database.texts(MAILS))
                .as("the addresses for properties without recipients get no mail either")
                .isEmpty();
    }

    /** If the fields were JSON within a text, an erasure would not find an address that the form has escaped. */
    @Test
    void details_are_sent_if_the_property_allows_it_with_the_fields_as_an_object() {
        database.run("UPDATE properties SET notify_details = true");
        captured(JO.payload("{\"friend\": \"kim\\u0040x.ca\"}"), false);

        assertThat(database.texts("SELECT (body::jsonb #> '{details}')::text FROM outbox WHERE kind = 'mail'"))
                .singleElement(STRING)
                .contains("\"email\": \"jo@example.ca\"", "\"fields\": {\"friend\": \"kim@x.ca\"}");
    }

    @Test
    void a_bot_s_form_sends_no_mail_and_the_first_form_of_a_person_does() {
        captured(JO.byBot(), false);
        assertThat(database.texts(MAILS)).isEmpty();
        captured(JO.form("own").at(NOW.plusSeconds(60)), false);
        assertThat(database.texts(MAILS)).hasSize(1);
    }

    @Test
    void the_mail_about_a_lead_in_review_is_sent_once_the_lead_is_accepted() {
        captured(JO, true);
        assertThat(database.texts(MAILS)).hasSize(1).first().asString().contains(" waits ");
        var _ = new LeadReview(database.sql()).accept(null, null, NOW);
        assertThat(database.texts(MAILS)).hasSize(1).first().asString().doesNotContain(" waits ");
    }

    @Test
    void the_mail_about_a_marked_form_waits_even_if_a_bot_had_submitted_the_address() {
        captured(JO.byBot(), false);
        captured(JO.form("fair").at(NOW.plusSeconds(60)), true);
        assertThat(database.texts(MAILS)).hasSize(1).first().asString().contains(" waits ");
    }

    @Test
    void without_a_mail_server_no_mail_is_written() {
        LeadRules rules = new LeadRules(
                false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, false, List.of("all@team.example")));
        var _ = new Leads(database.sql(), EVENTS, rules).capture(JO.capture());
        assertThat(rows("outbox")).isZero();
    }
}
