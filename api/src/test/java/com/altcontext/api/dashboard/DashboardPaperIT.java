package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.TestService;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The dashboard on paper, printed by a real browser. */
class DashboardPaperIT extends FilledDashboard {
    @Test
    void a_print_has_every_name_the_property_and_the_filters_and_no_empty_card() {
        page.tab.look(DashboardTab.WIDE, 800, false);
        page.open(SEVEN + "&f=is%3Acountry%3ACA").enter(TestService.ADMIN_KEY);
        page.tab.await("document.querySelector('.leads-by .quiet:not(.wait)')"
                + " && document.querySelector('[data-waits]') && !document.querySelector('[aria-busy]')");

        page.tab.call("Emulation.setEmulatedMedia", Map.of("media", "print"));
        assertThat(page.tab.evaluate("""
                                [...document.querySelectorAll('.card')]
                                  .filter(card => card.offsetHeight && !card.querySelector('.body').innerText.trim())
                                  .map(card => card.className)""").toString())
                .as("cards without figures")
                .isEqualTo("[]");
        // Printing makes the browser send the page a beforeprint event.
        page.tab.call("Page.printToPDF", Map.of());
        page.settled();

        assertThat(count("button.value")).isGreaterThan(10);
        assertThat(count("button.value")).as("names in print").isEqualTo(shown("button.value"));
        assertThat(shown("[data-dimension=country]")).isEqualTo(1);
        assertThat(page.text(".chips")).isEqualTo("Country is Canada");
        assertThat(shown(".toolbar select"))
                .as("the property is the only choice that is printed")
                .isEqualTo(1);
        assertThat(shown(".menu, .csv, .windows, .account")).isZero();
        page.assertBlameless();
    }

    private int count(String selector) {
        return page.tab
                .evaluate("document.querySelectorAll('%s').length".formatted(selector))
                .intValue();
    }

    private int shown(String selector) {
        return page.tab
                .evaluate("[...document.querySelectorAll('%s')].filter(element => element.offsetHeight).length"
                        .formatted(selector))
                .intValue();
    }
}
