package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.StoredRows;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of form submissions, in a real browser: its pages, a slow network, and no network. */
class DashboardSubmissionsIT extends FilledDashboard {
    private static final String PATH = "/v1/leads/submissions";
    private static final String MORE = ".list-of-forms > button";
    /** More than fit on the first page of 50. */
    private static final int ALL = 60;

    @BeforeEach
    void submit() {
        if (!PAST.stored.leads("few@example.ca").isEmpty()) {
            return;
        }
        for (int i = 0; i < ALL; i++) {
            PAST.lead("full", "full-" + i + "@example.ca", "express", 1);
        }
        PAST.lead("few", "few@example.ca", "implied", 1);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash)"
                        + " SELECT gen_random_uuid(), id, property_id, 'fair', now(), sha256('x') FROM leads"
                        + " WHERE property_id IN ('full', 'few')");
    }

    private void open(String property) {
        page.signIn("?window=7&property=" + property);
        page.tab.click(".forms summary");
    }

    private int rows() {
        return page.rows(".forms").size();
    }

    private long asked() {
        return page.tab.requests().stream().filter(each -> each.contains(PATH)).count();
    }

    @Test
    void late_submissions_of_another_property_are_not_shown_for_the_chosen_one() {
        page.signIn("?window=7&property=full");
        page.hold("*" + PATH + "*");
        page.tab.evaluate("document.querySelector('.forms input').value = 'full-1'");
        page.tab.click(".forms summary");
        StoredRows.await(this::asked, 1L);

        page.select(".toolbar select", "few");
        page.release();
        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");
        page.settled();

        assertThat(page.rows(".forms")).singleElement().asString().startsWith("few@example.ca|");
        assertThat(page.tab
                        .evaluate("document.querySelector('.forms input').value")
                        .asText())
                .as("the search text for another property")
                .isEmpty();
        page.assertBlameless();
    }

    @Test
    void more_submissions_are_added_once_and_the_first_of_them_gets_the_focus() {
        page.hold("*" + PATH + "*");
        open("full");
        page.tab.await("document.querySelector('.forms[aria-busy=true]')");
        assertThat(page.text(".list-of-forms")).isEqualTo("Loading…");
        page.release();
        page.settled();
        assertThat(rows()).isEqualTo(50);

        page.hold("*" + PATH + "*");
        page.tab.click(MORE);
        page.tab.click(MORE);
        page.release();
        page.tab.await("document.querySelectorAll('.forms tbody tr').length > 50");
        page.settled();

        assertThat(rows()).isEqualTo(ALL);
        assertThat(asked()).as("requests").isEqualTo(2);
        assertThat(page.tab
                        .evaluate(
                                "[...document.querySelectorAll('.forms tbody button')].indexOf(document.activeElement)")
                        .intValue())
                .isEqualTo(50);
        assertThat(page.tab
                        .evaluate("document.querySelector('.forms .scroll').scrollTop")
                        .intValue())
                .isPositive();
        page.assertBlameless();
    }

    @Test
    void more_submissions_belong_to_the_shown_list_whatever_is_being_typed() {
        open("full");
        page.tab.await("document.querySelector('.forms table')");
        page.tab.evaluate("document.querySelector('.forms input').value = 'full-5'");
        page.tab.click(MORE);
        page.tab.await(
                "document.querySelectorAll('.forms tbody tr').length > 50 || !document.querySelector('" + MORE + "')");

        assertThat(rows()).isEqualTo(ALL);
    }

    @Test
    void a_long_message_leaves_room_for_the_other_columns() {
        PAST.lead("wordy", "wordy@example.ca", "express", 1);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash, payload)"
                        + " SELECT gen_random_uuid(), id, property_id, 'fair', now(), sha256('x'),"
                        + " jsonb_build_object('message', repeat('Are there more blue bowls? ', 30))"
                        + " FROM leads WHERE property_id = 'wordy'");
        open("wordy");
        page.tab.await("document.querySelector('.forms table')");

        assertThat(page.tab
                        .evaluate(
                                "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.querySelector('.forms .scroll'))")
                        .intValue())
                .as("pixels beyond the card")
                .isZero();
        page.assertAccessible("long-message", DashboardTab.WIDE);
    }

    @Test
    void shown_submissions_stay_when_more_cannot_be_loaded() {
        open("full");
        page.tab.await("document.querySelector('.forms table')");
        page.tab.unreachable("*" + PATH + "*");
        page.tab.click(MORE);
        page.tab.await("document.querySelector('.forms .problem')");
        page.tab.click(MORE);
        page.settled();

        assertThat(rows()).isEqualTo(50);
        assertThat(page.text(".forms .problem")).startsWith("The service cannot be reached.");
        page.assertAccessible("submissions-away", DashboardTab.PHONE);

        page.tab.unreachable();
        page.tab.click(MORE);
        page.tab.await("!document.querySelector('.forms .problem')");
        page.settled();
        assertThat(rows()).isEqualTo(ALL);
    }

    @Test
    void a_failed_search_clears_the_old_rows_and_is_repeated_when_the_list_is_opened() {
        open("full");
        page.tab.await("document.querySelector('.forms table')");
        page.tab.evaluate("document.querySelector('.forms input').value = 'full-59'");
        page.tab.unreachable("*" + PATH + "*");
        page.tab.click(".forms form button");
        page.tab.await("document.querySelector('.forms .problem')");
        assertThat(page.has(".forms table")).isFalse();

        page.tab.unreachable();
        page.tab.click(".forms summary");
        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void the_day_on_which_consent_ends_is_in_the_readers_time_zone() {
        Instant evening = PAST.at(-180, "03:57:00");
        PAST.stored.execute("UPDATE leads SET consent_expires_at = ? WHERE email = 'few@example.ca'", evening);
        PAST.stored.execute(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, purpose, occurred_at, expires_at)"
                        + " SELECT id, property_id, 'implied', 'form', 'fair', 'news', now(), ? FROM leads WHERE email = 'few@example.ca'",
                evening);
        page.tab.call("Emulation.setTimezoneOverride", Map.of("timezoneId", "America/Toronto"));
        open("few");
        page.tab.await("document.querySelector('.forms table')");
        String day = page.tab
                .evaluate(
                        "new Intl.DateTimeFormat('en-CA', {dateStyle: 'medium'}).format(Date.parse('" + evening + "'))")
                .asText();

        assertThat(page.rows(".forms").getFirst()).contains("|Implied, until " + day + "|");
        page.tab.click(".forms tbody button");
        page.tab.await("document.querySelector('dialog .actions')");
        List<String> consent = page.rows("dialog .scroll");
        assertThat(consent.getFirst()).endsWith("|" + day);
    }
}
