package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.event.EventStore;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.privacy.MailableList.MailableRequest;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailableListTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Pattern EMAILS = Pattern.compile("\"email\":\"([^\"]*)\"");
    private static final Pattern NEXT = Pattern.compile("\"next\":(?:null|\"([^\"]+)\")}$");

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static UUID capture(TestForm form) {
        return new Leads(
                        database.sql(),
                        new EventStore(new SessionRule(Duration.ofMinutes(30))),
                        new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE))
                .capture(form.capture())
                .leadId();
    }

    private static TestForm form(String email, ConsentStatus consent) {
        return TestForm.by(email, NOW).visitor("visitor of " + email).consent(consent);
    }

    private static MailableList list() {
        return new MailableList(database.sql(), (lead, property) -> "https://x.ca/" + property);
    }

    private static MailableRequest request(@Nullable String property, @Nullable String purpose, Instant at) {
        return new MailableRequest(property, purpose, Caller.ALTOPS, at);
    }

    private static String page(MailableRequest request, @Nullable UUID after, int limit) {
        return list().writePage(request, after, limit, StringBuilder::new).toString();
    }

    private static List<String> csv(MailableRequest request) {
        return list().writeCsv(request, StringBuilder::new)
                .toString()
                .substring(1)
                .lines()
                .skip(1)
                .sorted()
                .toList();
    }

    private static void withdraw(String email) {
        var _ = new Unsubscribe(database.sql())
                .byAddress(
                        new Email(email),
                        null,
                        new Unsubscribe.UnsubscribeRequest(Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, null, null, NOW));
    }

    @Test
    void each_lead_and_purpose_has_a_verdict_a_reason_and_an_end() {
        capture(form("express@x.ca", ConsentStatus.EXPRESS));
        capture(form("express@x.ca", ConsentStatus.IMPLIED).purpose("sales").at(NOW.plusSeconds(60)));
        capture(form("implied@x.ca", ConsentStatus.IMPLIED));
        capture(form("pending@x.ca", ConsentStatus.PENDING));
        capture(form("bot@x.ca", ConsentStatus.EXPRESS).byBot());
        capture(form("gone@x.ca", ConsentStatus.EXPRESS));
        withdraw("gone@x.ca");

        assertThat(csv(request(null, null, NOW.plusSeconds(120))))
                .containsExactly(
                        "bot@x.ca,default,,may_not,bot,,https://x.ca/default",
                        "express@x.ca,default,newsletter,may,express,,https://x.ca/default",
                        "express@x.ca,default,sales,may_until,implied,2026-12-15T12:01:00Z,https://x.ca/default",
                        "gone@x.ca,default,newsletter,may_not,withdrawn,,https://x.ca/default",
                        "implied@x.ca,default,newsletter,may_until,implied,2026-12-15T12:00:00Z,https://x.ca/default",
                        "pending@x.ca,default,newsletter,may_not,pending,,https://x.ca/default");
        assertThat(csv(request(null, "sales", NOW.plus(Duration.ofDays(365)))))
                .containsExactly(
                        "bot@x.ca,default,sales,may_not,bot,,https://x.ca/default",
                        "express@x.ca,default,sales,may_not,expired,2026-12-15T12:01:00Z,https://x.ca/default",
                        "gone@x.ca,default,sales,may_not,withdrawn,,https://x.ca/default",
                        "implied@x.ca,default,sales,may_not,no_consent,,https://x.ca/default",
                        "pending@x.ca,default,sales,may_not,no_consent,,https://x.ca/default");
    }

    @Test
    void a_page_names_the_purposes_of_each_lead() {
        UUID lead = capture(form("jo@x.ca", ConsentStatus.EXPRESS));
        capture(form("jo@x.ca", ConsentStatus.PENDING).purpose("a \"sale\""));
        capture(form("jo@x.ca", ConsentStatus.EXPRESS).property("docs"));

        assertThat(page(request("default", null, NOW), null, 10))
                .isEqualTo(
                        "{\"ok\":true,\"leads\":[\n{\"id\":\"" + lead
                                + "\",\"propertyId\":\"default\",\"email\":\"jo@x.ca\",\"unsubscribeUrl\":\"https://x.ca/default\","
                                + "\"purposes\":[{\"purpose\":\"a \\\"sale\\\"\",\"verdict\":\"may_not\",\"reason\":\"pending\",\"until\":null},"
                                + "{\"purpose\":\"newsletter\",\"verdict\":\"may\",\"reason\":\"express\",\"until\":null}]}],\"next\":null}");
        assertThat(page(request("nowhere", null, NOW), null, 10)).isEqualTo("{\"ok\":true,\"leads\":[],\"next\":null}");
    }

    @Test
    void pages_follow_one_another_without_a_gap() {
        for (int i = 0; i < 6; i++) {
            capture(form("jo" + i + "@x.ca", ConsentStatus.EXPRESS));
        }
        List<String> emails = new ArrayList<>();
        UUID after = null;
        int pages = 0;
        do {
            String page = page(request(null, null, NOW), after, 3);
            EMAILS.matcher(page).results().map(match -> match.group(1)).forEach(emails::add);
            String next = NEXT.matcher(page)
                    .results()
                    .map(MailableListTest::cursor)
                    .findFirst()
                    .orElseThrow();
            after = next.isEmpty() ? null : UUID.fromString(next);
            pages++;
        } while (after != null);

        assertThat(pages).isEqualTo(2);
        assertThat(emails).hasSize(6).doesNotHaveDuplicates();
        assertThat(list().writeAll(request(null, null, NOW), StringBuilder::new).toString())
                .contains(emails)
                .endsWith("}],\"next\":null}\n");
    }

    private static String cursor(MatchResult match) {
        return match.group(1) == null ? "" : match.group(1);
    }

    @Test
    void no_cell_is_a_formula() {
        capture(form("=1+1@x.ca", ConsentStatus.EXPRESS).purpose("=HYPERLINK(\"x\")"));

        assertThat(csv(request(null, null, NOW)).getFirst())
                .startsWith("'=1+1@x.ca,default,\"'=HYPERLINK(\"\"x\"\")\",");
    }

    @Test
    void each_list_is_in_the_audit_log_before_its_first_byte() {
        capture(form("jo@x.ca", ConsentStatus.EXPRESS));
        List<Long> before = new ArrayList<>();
        MailableRequest asked = request("default", null, Instant.parse("2026-07-01T00:00:00Z"));
        String log = "SELECT count(*) FROM audit_log WHERE action = 'leads_mailable' AND property_id = 'default'"
                + " AND row_count = 1 AND done_by = 'altops' AND done_at = '2026-07-01T00:00:00Z'";

        list().writeCsv(asked, () -> {
            before.add(database.count(log));
            return new StringBuilder();
        });
        list().writePage(asked, null, 5, () -> {
            before.add(database.count(log));
            return new StringBuilder();
        });

        assertThat(before).containsExactly(1L, 2L);
    }
}
