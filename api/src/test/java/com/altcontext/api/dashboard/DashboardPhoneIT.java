package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard on narrow phones, in a real browser. */
class DashboardPhoneIT extends FilledDashboard {
    /** The cards that have an element whose text begins or ends outside its cell or tile. */
    private static final String OUTSIDE = """
            [...document.querySelectorAll('%s')].filter(element => element.offsetWidth).filter(element => {
              const text = document.createRange();
              text.selectNodeContents(element);
              const inner = text.getBoundingClientRect(), outer = element.closest('td, .tile').getBoundingClientRect();
              return inner.left < outer.left || inner.right > outer.right;
            }).map(element => element.closest('.card').className)""";

    @Test
    void figures_of_seven_digits_fit_their_tiles_and_columns() {
        page.signIn("?property=default&extras=scroll").look(DashboardTab.PHONE, false);
        page.tab.evaluate("document.querySelectorAll('.tile b').forEach(figure => figure.textContent = '6,318,000')");
        page.tab.evaluate("""
                document.querySelectorAll('.bars td').forEach(figure =>
                  /^[\\d,]+$/.test(figure.textContent) && (figure.textContent = '4,443,000'))""");

        assertThat(page.tab.evaluate(OUTSIDE.formatted(".tile b")).toString()).isEqualTo("[]");
        assertThat(page.tab
                        .evaluate(OUTSIDE.formatted(".card:not(.leads-by) .bars tbody td"))
                        .toString())
                .isEqualTo("[]");
        page.picture("seven-digits");
    }

    @Test
    void names_of_goals_and_pages_have_room_in_their_lists() {
        page.signIn("?property=default&extras=scroll");
        assertThat(page.tab
                        .evaluate("fetch('/v1/goals', {method: 'POST', headers: {'content-type': 'application/json'},"
                                + " body: '{\"propertyId\":\"default\",\"name\":\"ordered sencha\",\"event\":\"form_submit\"}'})"
                                + ".then((answer) => answer.status)")
                        .intValue())
                .isEqualTo(200);
        page.tab.click(".fresh button");
        page.settled();
        page.look(320, false);

        for (String list : new String[] {".goals", ".extras"}) {
            assertThat(page.tab
                            .evaluate("document.querySelector('" + list + " tbody th').offsetWidth")
                            .intValue())
                    .as(list)
                    .isGreaterThan(100);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 1_024})
    void labels_of_sources_and_events_are_not_cut_off(int width) {
        DashboardTab french = STAGE.tab("fr-CA");
        french.signIn("?window=7&property=kiln").look(width, false);

        assertThat(french.text(".leads-by tbody")).contains("Recherche naturelle");
        assertThat(french.tab.evaluate("""
                        [...document.querySelectorAll('.bars .value')]
                          .filter(name => name.scrollHeight > name.clientHeight || name.scrollWidth > name.clientWidth)
                          .map(name => name.textContent)""").toString()).isEqualTo("[]");
        assertThat(french.tab.evaluate("""
                        [...document.querySelectorAll('.leads-by .value')].flatMap(name =>
                          [...name.textContent.matchAll(/\\S+/g)].filter(word => {
                            const text = document.createRange(), node = name.firstChild;
                            text.setStart(node, word.index);
                            text.setEnd(node, word.index + word[0].length);
                            return text.getClientRects().length > 1;
                          }).map(word => word[0]))""").toString())
                .as("words that are broken over two lines")
                .isEqualTo("[]");
    }

    @Test
    void the_french_page_has_at_most_two_lines_of_tabs_and_is_not_wider_than_the_narrowest_phone() {
        DashboardTab french = STAGE.tab("fr-CA");
        french.signIn("?property=default").look(DashboardTab.PHONE, false);
        JsonNode lines = french.tab.evaluate(
                "[...document.querySelectorAll('.breakdown .tabs')].map(tabs => new Set([...tabs.querySelectorAll('label')].map(tab => tab.offsetTop)).size)");
        assertThat(lines).isNotEmpty().allMatch(each -> each.intValue() <= 2);

        french.look(320, false);
        assertThat(french.tab.evaluate("document.documentElement.scrollWidth").intValue())
                .isEqualTo(320);
        french.assertBlameless();
    }

    @Test
    void submissions_and_a_person_with_a_long_address_are_not_wider_than_the_window() {
        String email = "alexandra.constantinescu@gouvernement.gouv.qc.example";
        PAST.lead("read", email, "express", 1);
        PAST.stored.execute(
                "INSERT INTO form_submissions (id, lead_id, property_id, form_name, submitted_at, content_hash)"
                        + " SELECT gen_random_uuid(), id, property_id, 'fair', now(), sha256('x') FROM leads WHERE email = ?",
                email);
        page.signIn("?window=7&property=read").look(DashboardTab.PHONE, false);
        page.tab.click(".forms summary");
        page.tab.await("document.querySelector('.forms table')");

        assertThat(isScrolledSideways(".forms .scroll")).isFalse();
        assertThat(page.tab
                        .evaluate("getComputedStyle(document.querySelector('.forms td'), '::before').content")
                        .asText())
                .as("each cell shows the heading of its column")
                .contains("When");
        page.assertAccessible("long-address", DashboardTab.PHONE);

        page.tab.click(".forms tbody button");
        page.tab.await("document.querySelector('dialog .actions')");
        assertThat(isScrolledSideways("dialog")).isFalse();
        assertThat(page.tab.evaluate("""
                                (() => {
                                  const box = selector => document.querySelector(selector).getBoundingClientRect();
                                  return box('dialog h2').left > box('dialog').left && box('dialog h2').right < box('dialog .close').left;
                                })()""").booleanValue())
                .as("the address has room beside the button")
                .isTrue();
        page.assertAccessible("person-long-address", DashboardTab.PHONE);
        page.assertBlameless();
    }

    private boolean isScrolledSideways(String selector) {
        return page.tab
                .evaluate("(({scrollWidth, clientWidth}) => scrollWidth > clientWidth)(document.querySelector('"
                        + selector + "'))")
                .booleanValue();
    }
}
