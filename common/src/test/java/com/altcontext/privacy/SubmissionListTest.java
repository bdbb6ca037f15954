package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.event.EventStore;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.privacy.SubmissionList.Cursor;
import com.altcontext.privacy.SubmissionList.SubmissionRequest;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubmissionListTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant SENT =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static final UUID KEY = new UUID(1, 2);
    private static final Pattern FORMS = Pattern.compile("\"formName\": \"([^\"]*)\"");
    private static final Pattern BY_BOT = Pattern.compile("\"isBot\": (true|false).*?\"formName\": \"([^\"]*)\"");
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

    /** Stores a lead with its touches and one submission. */
    private static UUID submission(String email, String property, String form, Instant at) {
        UUID lead = UUID.randomUUID();
        database.sql().inTransaction(tx -> {
            tx.update("""
                    INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status, consent_expires_at,
                                       first_utm_campaign, capture_traffic_source)
                    VALUES (?, ?, ?, ?, ?, 'implied', ?, 'spring', 'email')
                    """, lead, property, email, at, at, NOW);
            return tx.update("""
                    INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash, payload)
                    VALUES (gen_random_uuid(), ?, ?, ?, ?, sha256('x'), '{"topic": "kilns \\u00e9"}')
                    """, lead, property, form, at);
        });
        return lead;
    }

    private static void capture(TestForm form) {
        EventStore events = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        LeadRules rules = new LeadRules(false, Duration.ofMinutes(15), 6, TestForm.TO_WEBHOOKS);
        var _ = new Leads(database.sql(), events, rules).capture(form.capture());
    }

    private static String page(@Nullable String property, @Nullable String search, @Nullable Cursor after, int limit) {
        SubmissionRequest request =
                new SubmissionRequest(property, search, after, limit, new Caller("api", KEY, new byte[32]), NOW);
        return new SubmissionList(database.sql())
                .write(request, StringBuilder::new)
                .toString();
    }

    /** The name of each form, and whether a bot sent it. */
    private static List<String> robots(String page) {
        return BY_BOT.matcher(page)
                .results()
                .map(result -> result.group(2) + " " + result.group(1))
                .toList();
    }

    private static List<String> forms(String page) {
        return FORMS.matcher(page).results().map(result -> result.group(1)).toList();
    }

    @Test
    void a_submission_is_listed_with_its_fields_its_lead_the_current_consent_and_the_touches() {
        UUID lead = submission("jo@x.ca", "default", "newsletter", Instant.parse("2026-06-01T02:03:04.567Z"));

        assertThat(page(null, null, null, 10))
                .startsWith("{\"ok\":true,\"rows\":[{")
                .endsWith("}],\"next\":null}")
                .contains("\"submittedAt\": \"2026-06-01T02:03:04.567Z\"", "\"fields\": {\"topic\": \"kilns é\"}")
                .contains(
                        "\"email\": \"jo@x.ca\"", "\"id\": \"" + lead + "\"", "\"isBot\": false", "\"inReview\": false")
                .contains("\"consent\": {\"status\": \"expired\", \"expiresAt\": \"2026-06-15T12:00:00.000Z\"}")
                .contains("\"utmCampaign\": \"spring\"", "\"trafficSource\": \"email\"");
    }

    @Test
    void pending_consent_of_a_lead_in_review_has_no_end() {
        submission("jo@x.ca", "default", "newsletter", NOW);
        database.run("UPDATE leads SET in_review = true");

        assertThat(page(null, null, null, 10)).contains("\"consent\": {\"status\": \"pending\", \"expiresAt\": null}");
    }

    @Test
    void each_form_says_whether_a_bot_sent_it_also_if_a_person_with_the_same_visitor_did_and_the_visitor_was_erased() {
        TestForm form = TestForm.by("jo@x.ca", SENT);
        capture(form.form("robots").byBot());
        capture(form.form("persons").at(SENT.plusSeconds(60)));
        capture(form.form("again").byBot().at(SENT.plusSeconds(120)));

        assertThat(robots(page(null, null, null, 10))).containsExactly("again true", "persons false", "robots true");

        capture(TestForm.by("ann@x.ca", SENT.plusSeconds(180)));
        var _ = new Erasure(database.sql(), new KeyedHash("a pepper of the tests"))
                .erase(new Email("ann@x.ca"), "test", SENT.plusSeconds(240));

        assertThat(robots(page(null, null, null, 10))).containsExactly("again true", "persons false", "robots true");
    }

    @Test
    void pages_run_from_the_newest_to_the_oldest_even_if_submissions_have_the_same_time() {
        for (int i = 0; i < 6; i++) {
            submission("a" + i + "@x.ca", "default", "f" + i, NOW.minusSeconds(i == 0 || i == 5 ? i : 1));
        }
        List<String> seen = new ArrayList<>();
        Cursor after = null;
        for (int pages = 0; pages < 3; pages++) {
            String page = page(null, null, after, 2);
            seen.addAll(forms(page));
            MatchResult next = NEXT.matcher(page).results().findFirst().orElseThrow();
            after = next.group(1) == null ? null : Cursor.parse(next.group(1)).orElseThrow();
            assertThat(after == null).isEqualTo(pages == 2);
        }
        assertThat(seen)
                .containsExactlyInAnyOrder("f0", "f1", "f2", "f3", "f4", "f5")
                .startsWith("f0")
                .endsWith("f5");
    }

    @Test
    void a_property_and_a_part_of_an_address_narrow_the_list() {
        submission("jo@x.ca", "default", "one", NOW);
        submission("ann@x.ca", "default", "two", NOW);
        submission("jo@x.ca", "docs", "three", NOW);

        assertThat(forms(page("docs", null, null, 10))).containsExactly("three");
        assertThat(forms(page(null, "JO@", null, 10))).containsExactlyInAnyOrder("one", "three");
        assertThat(forms(page("default", "%", null, 10))).isEmpty();
    }

    @Test
    void each_page_is_in_the_audit_log_with_its_access_key_before_it_is_written() {
        submission("jo@x.ca", "default", "one", NOW);
        long before = database.count("SELECT count(*) FROM audit_log");
        SubmissionRequest request =
                new SubmissionRequest("default", null, null, 10, new Caller("api", KEY, new byte[32]), NOW);

        var _ = new SubmissionList(database.sql()).write(request, () -> {
            assertThat(database.count("SELECT count(*) FROM audit_log")).isEqualTo(before + 1);
            return new StringBuilder();
        });

        assertThat(database.texts("""
                        SELECT concat_ws(' ', done_by, action, property_id, row_count, key_id) FROM audit_log ORDER BY id DESC LIMIT 1
                        """)).containsExactly("api lead_list default 1 " + KEY);
    }

    @Test
    void an_invalid_cursor_is_refused() {
        Cursor cursor = new Cursor(NOW.plusNanos(123_456_000), KEY);
        assertThat(Cursor.parse(cursor.text())).contains(cursor);
        String beyond = new Cursor(Instant.MAX, KEY).text();
        String before = new Cursor(Instant.MIN, KEY).text();
        for (String wrong : List.of("", "x", "%", "AAAA", cursor.text().substring(3), beyond, before)) {
            assertThat(Cursor.parse(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void a_search_does_not_read_the_submissions_of_leads_that_do_not_match() {
        database.run("""
                INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)
                SELECT gen_random_uuid(), 'default', n || '@x.ca', now(), now(), 'pending' FROM generate_series(1, 3000) AS n
                """, """
                INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash)
                SELECT gen_random_uuid(), id, 'default', 'footer', first_captured_at, sha256('x') FROM leads
                """, "ANALYZE leads, form_submissions");
        SubmissionRequest request =
                new SubmissionRequest("default", "nobody", null, 10, new Caller("api", KEY, new byte[32]), NOW);

        long read = database.sql().inTransaction(tx -> {
            assertThat(SubmissionList.keys(tx, request)).isEmpty();
            return tx.query("""
                            SELECT seq_tup_read + coalesce(idx_tup_fetch, 0)
                            FROM pg_stat_xact_user_tables WHERE relname = 'form_submissions'
                            """, row -> row.number(1)).getFirst();
        });

        assertThat(read).isLessThan(10);
    }
}
