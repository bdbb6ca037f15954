package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.privacy.PrivacyNotice.Collected;
import org.junit.jupiter.api.Test;

class PrivacyNoticeTest {
    private static PrivacyNotice notice(boolean linksHeuristically) {
        return PrivacyNotice.of(null, 90, 24, 30, linksHeuristically);
    }

    @Test
    void the_notice_names_the_data_of_a_visit_that_are_kept_as_long_as_the_address() {
        assertThat(notice(false).collected().getFirst().until())
                .startsWith("90 days; ")
                .contains("identifier", "campaign", "referring site", "first page")
                .endsWith("as long as the address");
    }

    @Test
    void the_notice_mentions_heuristic_links_only_if_they_are_made() {
        assertThat(notice(true).collected()).extracting(Collected::why).anyMatch(why -> why.contains("guess"));
        assertThat(notice(false).collected()).extracting(Collected::why).noneMatch(why -> why.contains("guess"));
    }
}
