package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.value.Language;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The pages that the links in mails open, in a real browser. */
class HtmlPageIT {
    @Test
    void a_page_with_a_long_site_name_fits_the_narrowest_phone() {
        String page = HtmlPage.of(
                Language.FRENCH,
                "Se désabonner",
                "<p>Appuyez sur le bouton pour ne plus recevoir de courriels de www.societedesproduitsartisanaux.gouv.qc.ca.</p>");
        try (Chromium browser = Chromium.start()) {
            ChromiumTab tab = browser.visitor().tab();
            tab.look(320, 600, false);
            tab.open("data:text/html;base64,"
                    + Base64.getEncoder().encodeToString(page.getBytes(StandardCharsets.UTF_8)));

            assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue())
                    .isEqualTo(320);
        }
    }
}
