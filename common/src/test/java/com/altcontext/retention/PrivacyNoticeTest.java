package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.retention.PrivacyNotice.Collected;
import org.junit.jupiter.api.Test;

class PrivacyNoticeTest {
    private static PrivacyNotice notice(boolean linksHeuristically) {
        return PrivacyNotice.of(null, 90, 24, 30, linksHeuristically);
    }

    @Test
    void what_stays_of_a_visit_with_an_address_is_named_with_its_time() {
        assertThat(notice(false).collected().getFirst().until())
                .startsWith("90 days; ")
                .contains("identifier", "campaign", "referring site", "first page")
                .endsWith("as long as the address");
    }

    @Test
    void guesses_about_persons_are_named_where_they_are_made() {
        assertThat(notice(true).collected()).extracting(Collected::why).anyMatch(why -> why.contains("guess"));
        assertThat(notice(false).collected()).extracting(Collected::why).noneMatch(why -> why.contains("guess"));
    }
}
