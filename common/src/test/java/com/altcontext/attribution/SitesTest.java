package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SitesTest {

    @Test
    void an_exclusion_covers_the_hosts_below_it() {
        Sites sites = Sites.of(List.of("acme: acme.* !mail.acme.* !status.acme.com"));
        assertThat(sites.at("acme.com")).isTrue();
        assertThat(sites.at("www.acme.co.uk")).isTrue();
        assertThat(sites.at("a.mail.acme.co.uk")).isFalse();
        assertThat(sites.at("eu.status.acme.com")).isFalse();
        assertThat(sites.at("status.acme.de")).isTrue();
    }

    @Test
    void country_domains_that_are_not_country_codes_match_too() {
        assertThat(List.of("acme.uk", "acme.eu", "acme.ac", "acme.su")).allMatch(Sites.of(List.of("acme: acme.*"))::at);
    }

    @Test
    void a_site_has_one_name_for_all_its_hosts() {
        TrafficSources sites = TrafficSources.load();

        assertThat(List.of(
                        "www.google.com", "google.ca", "news.google.co.uk", "com.google.android.googlequicksearchbox"))
                .allMatch(host -> "Google".equals(sites.siteOf(host)));
        assertThat(sites.siteOf("l.facebook.com")).isEqualTo("Facebook");
        assertThat(sites.siteOf("lnkd.in")).isEqualTo("LinkedIn");
        assertThat(sites.siteOf("t.co")).isEqualTo("X");
        assertThat(sites.siteOf("mail.google.com")).as("a mailbox").isNull();
        assertThat(sites.siteOf("microsoft.com")).as("not t.co").isNull();
        assertThat(sites.siteOf("google.evil.com")).isNull();
    }

    @Test
    void a_line_without_names_or_domains_stops_the_start() {
        assertThatThrownBy(() -> Sites.of(List.of("acme.com"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Sites.of(List.of("acme:"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Sites.of(List.of(": acme.com"))).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"search-engines.txt", "social-networks.txt"})
    void the_lists_have_each_name_and_domain_once_in_normal_form(String file) {
        Set<String> seen = new HashSet<>();
        for (String line : DataFile.lines(file)) {
            int colon = line.indexOf(':');
            for (String name : line.substring(0, colon).split(",", -1)) {
                assertThat(name.strip()).isNotEmpty();
                assertThat(seen.add("name " + name.strip().toLowerCase(Locale.ROOT)))
                        .as(name)
                        .isTrue();
            }
            for (String domain : line.substring(colon + 1).strip().split(" +", -1)) {
                String host = domain.replace("!", "").replace(".*", ".com");
                assertThat(ReferrerHost.of("//" + host)).as(line).isEqualTo(host);
                assertThat(seen.add(domain)).as(domain).isTrue();
            }
        }
        assertThat(seen).hasSizeGreaterThan(100);
    }

    @Test
    void no_site_is_both_a_search_engine_and_a_social_network() {
        Sites engines = Sites.read("search-engines.txt");
        for (String line : DataFile.lines("social-networks.txt")) {
            int colon = line.indexOf(':');
            for (String name : line.substring(0, colon).split(",", -1)) {
                assertThat(engines.named(name)).as(name).isFalse();
            }
            for (String domain : line.substring(colon + 1).strip().split(" +", -1)) {
                assertThat(engines.at(domain.replace(".*", ".com"))).as(domain).isFalse();
            }
        }
    }
}
