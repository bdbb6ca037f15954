package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.consent.Confirmation.Choice;
import com.altcontext.consent.ConfirmationToken.Request;
import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.OperatorConsent;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.privacy.MailableList;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.value.Language;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Forms of Jo, on a site where the owner of the address must confirm the consent. */
abstract class ConfirmationFixture {
    static final LeadRules WITH_MAIL =
            new LeadRules(false, Duration.ofMinutes(15), 6, new LeadMessages(true, false, true, List.of()));
    static final LeadRules WITHOUT_MAIL = new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    static final TestForm JO =
            TestForm.by("jo@example.ca", NOW).consent(ConsentStatus.EXPRESS).toConfirm();
    static final Email ADDRESS = new Email(JO.email());

    static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    static Leads leads(Sql sql, LeadRules rules) {
        return new Leads(sql, new EventStore(new SessionRule(Duration.ofMinutes(30))), rules);
    }

    static UUID capture(TestForm form) {
        return leads(database.sql(), WITH_MAIL).capture(form.capture()).leadId();
    }

    static long mails() {
        return database.count("SELECT count(*) FROM outbox WHERE kind = 'mail' AND event = 'confirmation'");
    }

    /**
     * Removes the due messages, as if the mail server had accepted them.
     *
     * @return the links of the confirmation mails
     */
    static List<Request> deliver() {
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

    static boolean confirm(Request request, Instant at) {
        return confirm(request, List.of(request.consentId()), at);
    }

    /** Confirms the chosen forms, as a person does who ticks their boxes. */
    static boolean confirm(Request request, List<Long> chosen, Instant at) {
        return new Confirmation(database.sql()).confirm(request, chosen, null, at);
    }

    /** The choices that the page of the link shows, newest first. */
    static List<Choice> choices(Request request, Instant at) {
        return new Confirmation(database.sql())
                .ask(request, Language.ENGLISH, at)
                .orElseThrow()
                .choices();
    }

    static void unsubscribe(Instant at) {
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        ADDRESS,
                        null,
                        new Unsubscribe.UnsubscribeRequest(Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, null, null, at));
    }

    static String status() {
        return database.texts("SELECT consent_status FROM leads").getFirst();
    }

    /** The verdict about the newsletter in the list of mailable leads. */
    static String verdict(Instant at) {
        String file = new MailableList(database.sql(), (lead, property) -> null)
                .writeCsv(new MailableList.MailableRequest(null, "newsletter", Caller.ALTOPS, at), StringBuilder::new)
                .toString();
        return file.lines()
                .skip(1)
                .map(line -> line.split(",", -1)[3])
                .findFirst()
                .orElseThrow();
    }

    Request link = new Request(UUID.randomUUID(), 0, NOW);

    /**
     * Does one step, and delivers the mails that it sends.
     *
     * @return the number of mails
     */
    long act(String step, Instant at) {
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
}
