package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The focus is not lost when a part of the page changes, in a real browser. */
class DashboardFocusIT extends FilledDashboard {
    private static final String COUNTRY = "[data-dimension=country] tbody ";

    private void focus(String selector) {
        page.tab.evaluate("document.querySelector('" + selector + "').focus()");
    }

    /** The kind and the name of the element with the focus. */
    private String focused() {
        return page.tab
                .evaluate(
                        "(({localName, ariaLabel, textContent}) => localName + ' ' + (ariaLabel ?? textContent))(document.activeElement)")
                .asText();
    }

    /** Refreshes the figures, as the timer does every five minutes. */
    private void refresh() {
        page.tab.evaluate("document.querySelector('.fresh button').click()");
        page.settled();
    }

    @Test
    void a_clicked_row_keeps_the_focus_and_if_the_row_disappears_the_heading_gets_it() {
        page.signIn(SEVEN);
        focus(COUNTRY + ".value");
        page.tab.press("Enter");
        page.settled();
        assertThat(page.query()).isEqualTo(SEVEN + "&f=is%3Acountry%3ACA");
        assertThat(focused()).isEqualTo("button Canada");

        focus(COUNTRY + ".menu");
        page.tab.press("Enter");
        page.tab.press("ArrowDown");
        page.tab.press("Enter");
        page.settled();
        assertThat(focused()).isEqualTo("h2 Countries");

        focus(".chips .all button");
        page.tab.press("Enter");
        page.settled();
        assertThat(page.query()).isEqualTo(SEVEN);
        assertThat(page.focus()).isEqualTo("figures");
        page.assertBlameless();
    }

    @Test
    void a_refresh_keeps_the_focus_and_leaves_opened_rows_open() {
        page.signIn(SEVEN + "&sources=referrer_host");
        page.tab.click("[data-dimension=referrer_host] .opener");
        assertThat(page.breakdown("referrer_host")).hasSize(2);
        refresh();
        assertThat(focused()).isEqualTo("button Hosts of Google");
        assertThat(page.breakdown("referrer_host")).containsExactly("Google|1|33.3%", "www.google.ca|1|33.3%");

        focus("[data-dimension=referrer_host] .part .value");
        refresh();
        assertThat(focused()).isEqualTo("button www.google.ca");
        focus(".plot svg");
        refresh();
        assertThat(focused()).startsWith("svg Visitors by day");
        page.assertBlameless();
    }

    @Test
    void a_successful_retry_moves_the_focus_to_the_heading() {
        page.signIn(SEVEN);
        page.tab.unreachable("*/v1/*");
        refresh();
        focus(".alert button");
        page.tab.press("Enter");
        page.settled();
        assertThat(focused()).isEqualTo("button Try again");

        page.tab.unreachable();
        page.tab.press("Enter");
        page.settled();
        assertThat(page.focus()).isEqualTo("figures");
    }

    @Test
    void the_menu_of_a_row_closes_with_tab_and_with_another_click_on_its_button() {
        page.signIn(SEVEN);
        focus(COUNTRY + ".menu");
        page.tab.press("Enter");
        assertThat(page.focus()).isEqualTo("Show only this");
        page.tab.press("Tab");
        page.tab.await("!document.querySelector('.menu-list')");
        assertThat(focused()).as("the element after the button").isEqualTo("button France");

        page.tab.click(COUNTRY + ".menu");
        page.tab.await("document.querySelector('.menu-list')");
        page.tab.click(COUNTRY + ".menu");
        page.tab.await("!document.querySelector('.menu-list')");
        assertThat(page.has(COUNTRY + ".menu[aria-expanded=true]")).isFalse();
        page.tab.click(COUNTRY + ".menu");
        page.tab.await("document.querySelector('.menu-list')");
    }

    @Test
    void the_back_button_closes_the_details_of_the_view_that_is_left() {
        page.signIn(SEVEN);
        page.choose("today");
        page.tab.click("[data-dimension=country] button.details");
        page.tab.await("document.querySelector('dialog table')");

        page.tab.evaluate("history.back()");
        page.tab.await("location.search === '" + SEVEN + "'");
        page.settled();

        assertThat(page.has("dialog")).isFalse();
        assertThat(focused()).isEqualTo("button Details: Countries");
    }

    @Test
    void details_stay_open_when_their_file_cannot_be_loaded() {
        page.signIn(SEVEN);
        page.tab.click("[data-dimension=country] button.details");
        page.tab.await("document.querySelector('dialog table')");
        page.tab.unreachable("*/v1/*");

        page.tab.click("dialog .csv");
        page.tab.await("document.querySelector('dialog .problem[role=alert]')");
        page.tab.click("dialog .csv");

        assertThat(page.rows("dialog")).hasSize(3);
        assertThat(page.tab
                        .evaluate("document.querySelectorAll('dialog .problem').length")
                        .intValue())
                .isEqualTo(1);
    }
}
