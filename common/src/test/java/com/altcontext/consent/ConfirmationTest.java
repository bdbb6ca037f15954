package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.consent.ConfirmationToken.Request;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.OneConnection;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.event.EventStore;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadReview;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.OperatorConsent;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.retention.AuditLog;
import com.altcontext.retention.MailableList;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Consent that holds only once the address itself has confirmed it. */
class ConfirmationTest {
    private static final LeadRules WITH_MAIL =
            new LeadRules(false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of()));
    private static final LeadRules WITHOUT_MAIL = new LeadRules(false, Duration.ofMinutes(15), 6, false);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final TestForm JO =
            TestForm.by("jo@example.ca", NOW).consent(ConsentStatus.EXPRESS).toConfirm();
    private static final Email ADDRESS = new Email(JO.email());

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static Leads leads(Sql sql, LeadRules rules) {
        return new Leads(sql, new EventStore(new SessionRule(Duration.ofMinutes(30))), rules);
    }

    private static UUID capture(TestForm form) {
        return leads(database.sql(), WITH_MAIL).capture(form.capture()).leadId();
    }

    private static long mails() {
        return database.count("SELECT count(*) FROM outbox WHERE kind = 'mail' AND event = 'confirmation'");
    }

    /** As if the mail server had taken them at once; the link of each. */
    private static List<Request> deliver() {
        List<String> sent = database.texts("SELECT concat_ws(' ', lead_id, body::jsonb ->> 'consentId') FROM outbox"
                + " WHERE event = 'confirmation' AND next_attempt_at <= now() ORDER BY created_at");
        database.run("DELETE FROM outbox WHERE next_attempt_at <= now()");
        return sent.stream()
                .map(text -> new Request(
                        UUID.fromString(text.substring(0, 36)),
                        Long.parseLong(text.substring(37)),
                        NOW.plus(ConfirmationToken.LIFETIME)))
                .toList();
    }

    private static boolean confirm(Request request, Instant at) {
        return new Confirmation(database.sql()).confirm(request, null, at);
    }

    private static void unsubscribe(Instant at) {
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        ADDRESS,
                        null,
                        new Unsubscribe.UnsubscribeRequest(Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, null, null, at));
    }

    private static String status() {
        return database.texts("SELECT consent_status FROM leads").getFirst();
    }

    /** What the list says of the newsletter. */
    private static String verdict(Instant at) {
        String file = new MailableList(database.sql(), (lead, property) -> null)
                .writeCsv(
                        new MailableList.MailableRequest(null, "newsletter", AuditLog.Caller.ALTOPS, at),
                        StringBuilder::new)
                .toString();
        return file.lines()
                .skip(1)
                .map(line -> line.split(",", -1)[3])
                .findFirst()
                .orElseThrow();
    }

    private Request link = new Request(UUID.randomUUID(), 0, NOW);

    /** One step, and the mails that it sent, which arrive. */
    private long act(String step, Instant at) {
        switch (step) {
            case "form pending", "form implied", "form express" ->
                capture(JO.at(at)
                        .consent(ConsentStatus.valueOf(step.substring(5).toUpperCase(Locale.ROOT))));
            case "link" -> assertThat(confirm(link, at)).isTrue();
            case "old link" -> assertThat(confirm(link, at)).isFalse();
            case "unsubscribe" -> unsubscribe(at);
            case "operator" ->
                new OperatorConsent(database.sql())
                        .record(new OperatorConsent.Grant(ADDRESS, null, "newsletter", "on paper", at));
            default -> throw new IllegalArgumentException(step);
        }
        List<Request> sent = deliver();
        link = sent.isEmpty() ? link : sent.getLast();
        return sent.size();
    }

    /** With mail and on a site that asks for confirmation; without, see {@link com.altcontext.lead.ConsentTransitionsTest}. */
    @ParameterizedTest(name = "{0} and then {1}")
    @CsvSource({
        // steps before, then, rows added to the record, mails, status after, verdict
        "form pending, form express, 1, 1, pending, may_not",
        "form implied, form express, 1, 1, implied, may_until",
        "form express, form express, 1, 1, pending, may_not",
        "form express, form pending, 0, 0, pending, may_not",
        "form express, form implied, 1, 0, implied, may_until",
        "form express, link, 1, 0, express, may",
        "form express, unsubscribe, 1, 0, withdrawn, may_not",
        "form express, operator, 1, 0, express, may",
        "form implied+form express, link, 1, 0, express, may",
        "form implied+form express, unsubscribe, 1, 0, withdrawn, may_not",
        "form express+link, form express, 0, 0, express, may",
        "form express+link, form implied, 0, 0, express, may",
        "form express+link, form pending, 0, 0, express, may",
        "form express+link, link, 0, 0, express, may",
        "form express+link, unsubscribe, 1, 0, withdrawn, may_not",
        "form express+link, operator, 1, 0, express, may",
        "form express+form express+link, form express, 0, 0, express, may",
        "form express+unsubscribe, old link, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, unsubscribe, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, form pending, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, form implied, 0, 0, withdrawn, may_not",
        "form express+unsubscribe, form express, 1, 1, withdrawn, may_not",
        "form express+unsubscribe, operator, 1, 0, express, may",
        "form express+unsubscribe+form express, link, 1, 0, express, may",
        "form express+unsubscribe+form express, unsubscribe, 1, 0, withdrawn, may_not",
        "form express+unsubscribe+form express+unsubscribe, old link, 0, 0, withdrawn, may_not",
        "form express+link+unsubscribe, old link, 0, 0, withdrawn, may_not",
        "form express+link+unsubscribe, form express, 1, 1, withdrawn, may_not",
        "form express+link+unsubscribe+form express, link, 1, 0, express, may",
        "form pending+operator, form express, 0, 0, express, may",
        "form pending+operator, unsubscribe, 1, 0, withdrawn, may_not",
    })
    void each_step(String before, String step, long recorded, long mailed, String after, String verdict) {
        Instant at = NOW;
        for (String earlier : before.split("\\+", -1)) {
            act(earlier, at);
            at = at.plus(Duration.ofHours(25));
        }
        long rows = database.count("SELECT count(*) FROM consent_events");

        assertThat(act(step, at)).as("mails").isEqualTo(mailed);
        assertThat(database.count("SELECT count(*) FROM consent_events") - rows).isEqualTo(recorded);
        assertThat(status()).isEqualTo(after);
        assertThat(verdict(at)).isEqualTo(verdict);
        assertThat(database.count("SELECT count(*) FROM leads WHERE (consent_expires_at IS NOT NULL) ="
                        + " (consent_status = 'implied')"))
                .isOne();
    }

    @Test
    void the_record_of_a_confirmation_repeats_the_form_and_names_its_row() {
        act("form express", NOW);

        assertThat(new Confirmation(database.sql()).confirm(link, new byte[32], NOW.plusSeconds(60)))
                .isTrue();
        assertThat(
                        database.texts(
                                "SELECT concat_ws('|', c.status, c.source, c.form_name, c.path, c.policy_version, c.purpose,"
                                        + " c.occurred_at = f.occurred_at + interval '1 min', octet_length(c.ip_hash))"
                                        + " FROM consent_events AS c JOIN consent_events AS f ON f.id = c.confirms AND f.status = 'pending'"))
                .containsExactly("express|confirmed|newsletter|/|2026-01|newsletter|t|32");
    }

    @Test
    void a_link_confirms_the_purpose_of_its_form_alone() {
        act("form express", NOW);
        capture(JO.purpose("sales").at(NOW.plusSeconds(60)));
        assertThat(mails()).as("one mail a day, whatever for").isZero();
        assertThat(confirm(link, NOW.plusSeconds(120))).isTrue();

        assertThat(database.texts("SELECT purpose || ' ' || status FROM consent_events ORDER BY id"))
                .containsExactly("newsletter pending", "sales pending", "newsletter express");
        capture(JO.purpose("sales").at(NOW.plusSeconds(180)));
        assertThat(deliver())
                .as("an address that answers is asked again at once")
                .hasSize(1);
    }

    @Test
    void an_address_that_does_not_answer_gets_one_mail_a_day_and_three_in_all() {
        List<Integer> mails = new ArrayList<>();
        for (int hour = 0; hour < 120; hour += 6) {
            capture(JO.at(NOW.plus(Duration.ofHours(hour))));
            mails.add(deliver().size());
        }

        assertThat(mails).startsWith(1, 0, 0, 0, 1, 0, 0, 0, 1, 0).containsSequence(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(mails.stream().mapToInt(Integer::intValue).sum()).isEqualTo(3);
        assertThat(database.count("SELECT count(*) FROM form_submissions")).isEqualTo(20);
        assertThat(database.count("SELECT count(*) FROM consent_events")).isEqualTo(3);
    }

    @Test
    void no_further_mail_is_made_while_one_is_on_its_way_and_the_day_counts_from_its_delivery() {
        capture(JO);
        capture(JO.at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isEqualTo(1);

        database.sql().inTransaction(tx -> {
            Outbox.delivered(
                    tx,
                    Outbox.claim(tx, Outbox.Kind.MAIL, 1).stream()
                            .map(Outbox.Message::id)
                            .toList());
            return true;
        });
        assertThat(mails()).isZero();
        assertThat(database.count("SELECT count(*) FROM leads WHERE confirmation_mailed_at > now() - interval '1 min'"))
                .isOne();
    }

    /** Within a day, on four connections. */
    @Tag("slow")
    @Test
    void ten_thousand_forms_with_one_address_make_one_mail() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> running = new ArrayList<>();
            for (int machine = 0; machine < 4; machine++) {
                int first = machine;
                running.add(threads.submit(() -> {
                    DatabaseUrl url = DatabaseUrl.parse(database.url());
                    Leads leads = leads(
                            new Sql(new OneConnection(
                                    DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password()))),
                            WITH_MAIL);
                    for (int i = first; i < 10_000; i += 4) {
                        leads.capture(
                                JO.form("form " + i).at(NOW.plusSeconds(8L * i)).capture());
                    }
                    return 0;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }

        assertThat(database.count("SELECT count(*) FROM form_submissions")).isEqualTo(10_000);
        assertThat(mails()).isEqualTo(1);
        assertThat(database.texts("SELECT confirmation_mails::text FROM leads")).containsExactly("1");
        assertThat(database.count("SELECT count(*) FROM consent_events")).isEqualTo(1);
    }

    @Test
    void two_clicks_at_once_are_one_confirmation() throws Exception {
        act("form express", NOW);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> clicks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Sql machine = i % 2 == 0 ? database.sql() : database.anotherMachine();
                clicks.add(threads.submit(() -> new Confirmation(machine).confirm(link, null, NOW)));
            }
            for (Future<Boolean> click : clicks) {
                assertThat(click.get()).isTrue();
            }
        }

        assertThat(database.count("SELECT count(*) FROM consent_events WHERE source = 'confirmed'"))
                .isOne();
    }

    @Test
    void a_lead_in_review_gets_its_mail_once_an_operator_has_accepted_it() {
        leads(database.sql(), WITH_MAIL).capture(JO.capture().markedForReview());
        capture(JO.form("another").at(NOW.plus(Duration.ofHours(25))));
        assertThat(mails()).isOne();
        assertThat(deliver()).as("due").isEmpty();

        assertThat(new LeadReview(database.sql()).accept("another-site", null, NOW))
                .isZero();
        assertThat(deliver()).isEmpty();
        assertThat(new LeadReview(database.sql()).accept(null, ADDRESS, NOW)).isOne();
        List<Request> links = deliver();
        assertThat(links).hasSize(1);
        assertThat(confirm(links.getFirst(), NOW)).isTrue();
        assertThat(status()).isEqualTo("express");
    }

    @Test
    void a_marked_form_and_a_bot_s_form_send_no_mail_to_an_address() {
        capture(JO.byBot());
        assertThat(mails()).isZero();
        capture(JO.consent(ConsentStatus.PENDING).at(NOW.plusSeconds(60)));
        leads(database.sql(), WITH_MAIL)
                .capture(JO.at(NOW.plusSeconds(120)).capture().markedForReview());
        assertThat(mails()).isZero();
    }

    @Test
    void whoever_unsubscribes_gets_no_mail_that_was_on_its_way() {
        capture(JO);
        unsubscribe(NOW.plusSeconds(60));

        assertThat(mails()).isZero();
    }

    @Test
    void the_link_of_an_erased_lead_does_nothing() {
        act("form express", NOW);
        TestForm.removeAll(database);

        assertThat(confirm(link, NOW)).isFalse();
        assertThat(database.count("SELECT count(*) FROM consent_events")).isZero();
    }

    @Test
    void without_mail_or_on_a_site_that_does_not_ask_a_form_gives_consent_as_ever() {
        leads(database.sql(), WITHOUT_MAIL).capture(JO.capture());
        capture(TestForm.by("kim@example.ca", NOW).consent(ConsentStatus.EXPRESS));

        assertThat(database.texts("SELECT DISTINCT consent_status FROM leads")).containsExactly("express");
        assertThat(mails()).isZero();
    }

    @Test
    void a_mail_is_in_the_language_of_the_lead_and_says_nothing_that_the_form_said() {
        capture(JO.form("buy pills").purpose("at evil.example"));

        assertThat(database.texts(
                        "SELECT concat_ws('|', o.language, l.language, o.property_id, o.destination) || o.body"
                                + " FROM outbox AS o JOIN leads AS l ON l.id = o.lead_id"))
                .allSatisfy(row ->
                        assertThat(row).matches("fr\\|fr\\|default\\{\"site\": \"[^\"]+\", \"consentId\": \\d+}"));
    }
}
