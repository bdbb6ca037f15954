package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.testing.TestEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LeadTouchesTest extends LeadsFixture {
    private static final String CAPTURE = "capture";
    private static final String FIRST = "first";

    private static void visits(Instant at, String path, TrafficSource source, Utm utm, @Nullable String host) {
        var event = TestEvent.at("visitor-0001", at)
                .timestamp(at)
                .path(path)
                .source(source, utm, host)
                .event();
        var _ = database.sql().inTransaction(tx -> EVENTS.write(tx, List.of(event)));
    }

    private static String touch(String which) {
        return database.texts(
                        "SELECT concat_ws(' ', %1$s_traffic_source, %1$s_referrer_host, %1$s_utm_source, %1$s_utm_medium,"
                                        .formatted(which)
                                + " %1$s_utm_campaign, %1$s_landing_path) FROM leads".formatted(which))
                .getFirst();
    }

    private static void visitsTwice() {
        visits(
                NOW.minus(Duration.ofDays(3)),
                "/landing",
                TrafficSource.PAID_SEARCH,
                new Utm("ads", "cpc", "autumn", null, null),
                "www.google.ca");
        visits(NOW.minusSeconds(60), "/again", TrafficSource.REFERRAL, Utm.NONE, "blog.example");
        visits(NOW.minusSeconds(30), "/pricing", TrafficSource.INTERNAL, Utm.NONE, null);
    }

    @Test
    void a_lead_keeps_the_visitor_s_first_session_and_the_session_of_the_capture() {
        visitsTwice();

        capture(JO);

        assertThat(touch(FIRST)).isEqualTo("paid_search www.google.ca ads cpc autumn /landing");
        assertThat(touch(CAPTURE)).isEqualTo("referral blog.example /again");
        assertThat(database.texts("SELECT form_name FROM leads")).containsExactly("newsletter");
    }

    @Test
    void a_direct_visit_after_a_campaign_is_still_the_touch_of_the_capture() {
        visits(
                NOW.minus(Duration.ofDays(3)),
                "/landing",
                TrafficSource.PAID_SEARCH,
                new Utm("ads", "cpc", "autumn", null, null),
                null);
        visits(NOW.minusSeconds(60), "/", TrafficSource.DIRECT, Utm.NONE, null);

        capture(JO);

        assertThat(touch(CAPTURE)).isEqualTo("direct /");
        assertThat(touch(FIRST)).isEqualTo("paid_search ads cpc autumn /landing");
    }

    @Test
    void a_form_that_begins_the_first_session_sets_both_touches() {
        capture(JO);

        assertThat(touch(FIRST)).isEqualTo("email spring email").isEqualTo(touch(CAPTURE));
    }

    @Test
    void a_later_capture_changes_neither_touch() {
        visitsTwice();
        capture(JO);

        capture(JO.form("contact").at(NOW.plus(Duration.ofDays(1))));

        assertThat(touch(FIRST)).isEqualTo("paid_search www.google.ca ads cpc autumn /landing");
        assertThat(touch(CAPTURE)).isEqualTo("referral blog.example /again");
        assertThat(database.texts("SELECT form_name FROM leads")).containsExactly("newsletter");
    }

    @Test
    void a_lead_with_only_bot_forms_is_marked_as_a_bot() {
        capture(JO.byBot());
        capture(JO.byBot().form("contact"));

        assertThat(database.texts("SELECT is_bot || ' ' || form_name FROM leads"))
                .containsExactly("true newsletter");
        assertThat(database.texts("SELECT is_bot::text FROM lead_identities")).containsExactly("true");
    }

    @Test
    void the_first_form_of_a_person_turns_a_bot_s_lead_into_the_person_s() {
        capture(JO.byBot());
        Instant later = NOW.plus(Duration.ofDays(1));
        capture(JO.form("contact").at(later));
        capture(JO.byBot().form("third").at(later.plus(Duration.ofDays(1))));

        assertThat(database.texts(
                        "SELECT is_bot || ' ' || form_name || ' ' || (first_captured_at = ?) FROM leads", later))
                .containsExactly("false contact true");
        assertThat(touch(CAPTURE)).isEqualTo("email spring email").isEqualTo(touch(FIRST));
        assertThat(database.texts("SELECT is_bot::text FROM lead_identities")).containsExactly("false");
    }

    @Test
    void a_bot_s_earlier_session_is_not_a_person_s_first_session() {
        capture(JO.byBot().email("bot@example.ca"));
        visits(NOW.plusSeconds(60), "/again", TrafficSource.REFERRAL, Utm.NONE, "blog.example");
        capture(JO.at(NOW.plusSeconds(90)));

        assertThat(database.texts("SELECT first_traffic_source FROM leads WHERE email = 'jo@example.ca'"))
                .containsExactly("referral");
    }

    /** Runs the statements of the migration on leads without touches. */
    @Test
    @Tag("single-node") // Migrations run before the tables are distributed.
    void the_migration_gives_existing_leads_the_touches_that_a_capture_gives() throws IOException {
        visitsTwice();
        capture(JO);
        capture(JO.form("contact").at(NOW.plus(Duration.ofDays(1))));
        capture(JO.byBot().email("bot@example.ca").visitor("visitor-0002"));
        capture(JO.byBot().email("kim@example.ca").visitor("visitor-0003"));
        capture(JO.email("kim@example.ca").visitor("visitor-0003").at(NOW.plus(Duration.ofDays(1))));
        String all = "SELECT (to_jsonb(l) - 'first_captured_at')::text FROM leads l ORDER BY email";
        List<String> captured = database.texts(all);
        database.run(
                "UPDATE lead_identities SET is_bot = false",
                "UPDATE leads SET is_bot = false, form_name = NULL, %s"
                        .formatted(String.join(", ", database.texts("""
                        SELECT attname || ' = NULL' FROM pg_attribute
                        WHERE attrelid = 'leads'::regclass AND attname ~ '^(capture|first)_' AND attname <> 'first_captured_at'
                        """))));

        String migration = Files.readString(Path.of("src/main/resources/db/migration/V15__lead_touches.sql"));
        database.run(
                migration.substring(migration.indexOf("UPDATE lead_identities")).split(";\n", -1));

        assertThat(database.texts(all)).isEqualTo(captured);
        assertThat(database.texts("SELECT email FROM leads JOIN lead_identities i ON i.lead_id = id WHERE i.is_bot"))
                .containsExactly("bot@example.ca");
    }
}
