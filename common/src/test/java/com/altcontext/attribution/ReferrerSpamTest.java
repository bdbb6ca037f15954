package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReferrerSpamTest {
    @Test
    void hosts_match_by_whole_labels() {
        assertThat(ReferrerSpam.isFrom("semalt.com")).isTrue();
        assertThat(ReferrerSpam.isFrom("a.b.semalt.com")).isTrue();
        assertThat(ReferrerSpam.isFrom("notsemalt.com")).isFalse();
        assertThat(ReferrerSpam.isFrom("com")).isFalse();
        assertThat(ReferrerSpam.isFrom(null)).isFalse();
    }

    @Test
    void the_list_has_each_host_once_in_normal_form_and_no_search_engine_or_social_network() {
        List<String> hosts = DataFile.lines("referrer-spam.txt");
        Set<String> seen = new HashSet<>();
        Sites search = Sites.read("search-engines.txt");
        Sites social = Sites.read("social-networks.txt");
        for (String host : hosts) {
            assertThat(seen.add(host)).as(host).isTrue();
            assertThat(ReferrerHost.normal(host)).isEqualTo(host);
            assertThat(host).contains(".");
            assertThat(search.at(host) || social.at(host)).as(host).isFalse();
        }
        assertThat(hosts).hasSizeGreaterThan(2_000);
    }
}
