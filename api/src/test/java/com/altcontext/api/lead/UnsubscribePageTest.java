package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.api.http.LinkPage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UnsubscribePageTest {
    private static final String NO_ICON = "<link rel=\"icon\" href=\"data:,\">";
    private static final String SITE = "Docs & <img>";
    private static final LinkPage ASK = UnsubscribeResource.asking(SITE);

    static List<LinkPage> pages() {
        return List.of(ASK, UnsubscribeResource.done(SITE), UnsubscribeResource.GONE, LinkPage.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fr | fr",
                "fr-CA,fr;q=0.9,en;q=0.8 | fr",
                "en-CA,en;q=0.9,fr;q=0.8 | en",
                "de,fr;q=0.5,en;q=0.4 | fr",
                "en;q=0.4,fr;q=0.5 | fr",
                "fr;q=0,en | en",
                "FR | fr",
                "frr | en",
                "de | en",
                "* | en",
                "'' | en",
                ";;; | en",
                "fr;q=nonsense | en"
            })
    void it_is_in_english_or_french_as_the_browser_prefers(String accepted, String language) {
        assertThat(ASK.in(accepted)).contains("<html lang=\"" + language + "\">");
    }

    @Test
    void it_is_english_by_default() {
        assertThat(ASK.in(null)).contains("<html lang=\"en\">");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void its_style_is_the_one_that_the_policy_allows(LinkPage page) throws Exception {
        for (String language : new String[] {"en", "fr"}) {
            Matcher style = Pattern.compile("<style>(.*)</style>").matcher(page.in(language));
            assertThat(style.find()).isTrue();
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
            assertThat(HtmlPage.STYLE_HASH)
                    .isEqualTo("sha256-" + Base64.getEncoder().encodeToString(hash));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void it_is_a_complete_page_without_script_link_or_image(LinkPage page) {
        for (String language : new String[] {"en", "fr"}) {
            String html = page.in(language);

            assertThat(html)
                    .startsWith("<!doctype html>")
                    .containsPattern("<title>[^<]{5,}</title>")
                    .containsPattern("<h1>[^<]{5,}</h1>")
                    .contains("name=\"viewport\"", "<meta charset=\"utf-8\">", "noindex", NO_ICON);
            assertThat(html.replace(NO_ICON, ""))
                    .doesNotContain("<script", "<img", "<a ", "href=", "src=", "style=", " on");
            boolean asks = page.equals(ASK);
            assertThat(html.split("<button", -1)).hasSize(asks ? 2 : 1);
            assertThat(html.split("<form", -1)).hasSize(asks ? 2 : 1);
        }
    }
}
