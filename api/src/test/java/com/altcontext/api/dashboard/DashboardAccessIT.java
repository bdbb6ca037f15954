package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.api.testing.SignIn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and share links of the dashboard, in a real browser. */
class DashboardAccessIT extends FilledDashboard {
    @Test
    void a_share_link_shows_figures_but_no_leads_and_its_key_is_removed_from_the_address() {
        String key = SignIn.key(
                DATABASE.sql(), NewKey.ofShare("a link", "kiln", Instant.now().plus(Duration.ofDays(1))));

        page.open("?window=7#key=" + key).settled();

        assertThat(page.tab.evaluate("location.href").asText()).endsWith("/dashboard?window=7");
        assertThat(page.tab.requests()).noneMatch(asked -> asked.contains(key));
        assertThat(page.tile("uniqueVisitors")).startsWith("2");
        assertThat(page.text(".toolbar select")).isEqualTo("Maple Kiln (kiln)");
        assertThat(page.has(".leads, .forms")).isFalse();
        page.assertAccessible("shared", DashboardTab.PHONE);
        page.open("?window=7&f=is%3Acountry%3ACA").settled();
        assertThat(page.text("[data-dimension=path] .body"))
                .as("pages that only one visitor saw are hidden")
                .isEqualTo("Nothing in this window.");
        page.assertBlameless();

        var _ = DATABASE.sql().inTransaction(tx -> AccessKeyStore.revoke(tx, "a link", Instant.now()));
        page.open("?window=7");
        assertThat(page.text("h1")).isEqualTo("Sign in");
        assertThat(page.has(".menu.needed")).isFalse();
        DashboardTab later = STAGE.tab();
        later.open("#key=" + key);
        assertThat(later.text(".why")).isEqualTo("This link has ended. Ask for a new one, or sign in with a key.");
        assertThat(later.tab.evaluate("location.hash").asText()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "document.dispatchEvent(new Event('visibilitychange'))",
                "document.querySelector('.fresh button').click()"
            })
    void a_tab_shows_what_the_session_may_see_that_another_tab_began(String next) {
        String key = SignIn.key(
                DATABASE.sql(),
                NewKey.ofShare("tab " + System.nanoTime(), "kiln", Instant.now().plus(Duration.ofDays(1))));
        page.signIn("?window=7");
        page.tab.evaluate("""
                fetch('/v1/dashboard/session', {
                  method: 'POST',
                  headers: {'content-type': 'application/json'},
                  body: JSON.stringify({key: '%s'}),
                }).then(() => {})""".formatted(key));

        page.tab.evaluate(next);
        page.tab.await("!document.querySelector('.leads')");
        page.settled();

        assertThat(page.text(".toolbar select")).isEqualTo("Maple Kiln (kiln)");
        assertThat(page.tile("uniqueVisitors")).startsWith("2");
        assertThat(page.has(".alert p")).isFalse();
        page.assertBlameless();
    }

    @Test
    void a_filtered_share_link_shows_no_line_of_a_goal_since_days_with_few_visitors_are_hidden() {
        PAST.store(
                PAST.view("shared", "guest-1", 2, "10:00:00"),
                PAST.view("shared", "guest-2", 2, "10:00:00"),
                PAST.view("shared", "guest-3", 2, "10:00:00"),
                PAST.view("shared", "guest-4", 3, "10:00:00"),
                PAST.view("shared", "guest-5", 3, "10:00:00"));
        String key = SignIn.key(
                DATABASE.sql(), NewKey.ofShare("goals", "shared", Instant.now().plus(Duration.ofDays(1))));
        String line = ".goals .sparkline";

        page.open("?window=7#key=" + key).settled();
        assertThat(page.tab
                        .evaluate("document.querySelector('" + line + "').ariaLabel")
                        .asText())
                .isEqualTo("From 0 to 3");
        page.open("?window=7&f=is:landing_path:/").settled();

        assertThat(page.rows(".goals").getFirst()).startsWith("seen|5|100.0%");
        assertThat(page.tab
                        .evaluate("document.querySelector('" + line + "').ariaLabel")
                        .asText())
                .isEqualTo("Not known");
        page.assertBlameless();
    }

    @Test
    void revoking_a_key_ends_the_session_that_was_started_with_it() {
        String key = SignIn.key(
                DATABASE.sql(), new NewKey("marketing", Set.of(Scope.FIGURES_READ), List.of("kiln"), false, null));
        page.open("?window=7").enter(key);
        page.settled();
        assertThat(page.tile("uniqueVisitors")).startsWith("2");
        assertThat(page.text(".toolbar select")).isEqualTo("Maple Kiln (kiln)");
        assertThat(page.has(".forms, .leads .download, .menu.needed"))
                .as("the page does not offer what the key gives no access to")
                .isFalse();
        page.assertBlameless();

        var _ = DATABASE.sql().inTransaction(tx -> AccessKeyStore.revoke(tx, "marketing", Instant.now()));
        page.tab.click("input[value=\"90\"]");
        page.tab.await("document.querySelector('#key')");

        assertThat(page.text(".why")).isEqualTo("Your session has ended. Sign in again to return to this view.");
        assertThat(page.has(".tiles")).isFalse();
        page.enter(key);
        page.tab.await("document.querySelector('#key-fault').textContent");
        assertThat(page.text("#key-fault")).isEqualTo("This is not the key of this service.");
    }

    @Test
    void a_key_for_one_property_can_read_submissions_but_cannot_open_a_person() {
        PAST.lead("shared", "reader@example.ca", "express", 1);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash)"
                        + " SELECT gen_random_uuid(), id, property_id, 'fair', now(), sha256('x') FROM leads"
                        + " WHERE property_id = 'shared'");
        page.open("?window=7")
                .enter(SignIn.key(
                        DATABASE.sql(),
                        new NewKey(
                                "reader",
                                Set.of(Scope.FIGURES_READ, Scope.LEADS_READ, Scope.LEADS_DELETE),
                                List.of("shared"),
                                false,
                                null)));
        page.settled();
        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");

        assertThat(page.rows(".forms")).singleElement().asString().startsWith("reader@example.ca|");
        assertThat(page.has(".forms tbody button")).isFalse();
        page.assertBlameless();
    }
}
