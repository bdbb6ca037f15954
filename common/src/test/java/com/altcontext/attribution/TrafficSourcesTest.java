package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TrafficSourcesTest {
    private static final TrafficSources SOURCES = TrafficSources.load();
    private static final List<String> OWN = List.of("example.com", "www.example.de", "bücher.example");

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            social              | -                      | social
            Social-Media        | newsletter             | social
            socialmedia         | google                 | social
            organic_social      | linkedin               | social
            paid_social         | anything               | social
            cpc                 | facebook               | social
            CPC                 | FB                     | social
            ppc                 | m.facebook.com         | social
            paid                | https://www.x.com/ad   | social
            paidsocial          | linkedin               | social
            cpc                 | instagram              | social
            cpc                 | facebook_ads           | social
            cpc                 | google                 | paid_search
            cpc                 | -                      | paid_search
            ppc                 | bing                   | paid_search
            Paid Search         | google                 | paid_search
            paidsearch          | x-mas-sale             | paid_search
            paid-social-media   | -                      | social
            cpc                 | netflix.com            | paid_search
            email               | -                      | email
            E-Mail              | google                 | email
            e_mail              | mailchimp              | email
            e mail              | mailchimp              | email
            newsletter          | facebook               | email
            email-newsletter    | -                      | email
            email_cpc           | -                      | paid_search
            organic-referral    | -                      | organic_search
            organic             | google                 | organic_search
            organic             | -                      | organic_search
            referral            | partner.example        | referral
            display             | google                 | campaign
            banner              | facebook               | campaign
            cpm                 | facebook               | campaign
            retargeting         | criteo                 | campaign
            affiliate           | awin                   | campaign
            podcast             | facebook               | campaign
            cpcv                | google                 | campaign
            repaid              | google                 | campaign
            antisocial          | google                 | campaign
            email2              | google                 | campaign
            mail                | google                 | campaign
            qr                  | flyer                  | campaign
            (none)              | google                 | campaign
            """)
    void the_medium_decides_first(String medium, String source, String expected) {
        Utm utm = new Utm(source, medium, "spring", null, null);
        assertThat(SOURCES.classify(utm, "https://www.google.com/", OWN).key()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            google                        | organic_search
            GOOGLE                        | organic_search
            www.google.com                | organic_search
            google.co.uk                  | organic_search
            https://www.bing.com/search   | organic_search
            DuckDuckGo                    | organic_search
            ' yahoo '                     | organic_search
            yandex.ru                     | organic_search
            facebook                      | social
            Facebook.com                  | social
            m.facebook.com                | social
            fb                            | social
            ig                            | social
            t.co                          | social
            x                             | social
            twitter                       | social
            linkedin                      | social
            lnkd.in                       | social
            youtube                       | social
            newsletter                    | email
            Newsletter-2026-11            | email
            weekly_email                  | email
            e-mail                        | email
            google_ads                    | campaign
            notgoogle.com                 | campaign
            google.evil.com               | campaign
            netflix.com                   | campaign
            microsoft.com                 | campaign
            facebookery                   | campaign
            newsletters                   | campaign
            flyer                         | campaign
            """)
    void the_source_decides_if_there_is_no_medium(String source, String expected) {
        Utm utm = new Utm(source, null, "spring", null, null);
        assertThat(SOURCES.classify(utm, "https://example.com/", OWN).key()).isEqualTo(expected);
        Utm mediumWithoutWords = new Utm(source, " -- ", null, null, null);
        assertThat(SOURCES.classify(mediumWithoutWords, null, OWN).key()).isEqualTo(expected);
    }

    @Test
    void a_campaign_name_alone_is_a_campaign() {
        Utm utm = new Utm(null, null, "spring", null, null);
        assertThat(SOURCES.classify(utm, "https://www.google.com/", OWN)).isEqualTo(TrafficSource.CAMPAIGN);
    }

    @Test
    void the_referrer_decides_if_there_is_only_a_term_or_a_content() {
        Utm utm = new Utm(null, null, null, "shoes", "b");
        assertThat(SOURCES.classify(utm, "https://www.google.com/", OWN)).isEqualTo(TrafficSource.ORGANIC_SEARCH);
        assertThat(SOURCES.classify(utm, null, OWN)).isEqualTo(TrafficSource.DIRECT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                                                    | direct
            ''                                                   | direct
            about:blank                                          | direct
            ' About:client '                                     | direct
            https://example.com/pricing                          | internal
            https://www.example.com/                             | internal
            https://shop.example.com:8443/cart                   | internal
            HTTP://EXAMPLE.COM                                   | internal
            https://example.de/                                  | internal
            https://www.example.de/                              | internal
            https://bücher.example/                              | internal
            https://xn--bcher-kva.example/                       | internal
            https://notexample.com/                              | referral
            https://example.com.evil.com/                        | referral
            https://www.google.com/                              | organic_search
            https://news.google.co.uk/                           | organic_search
            https://www.google.com.br/search?q=x                 | organic_search
            https://google.de                                    | organic_search
            https://www.google.cat/                              | organic_search
            https://google.com.                                  | organic_search
            android-app://com.google.android.googlequicksearchbox/https/www.google.com | organic_search
            https://www.bing.com/search?q=a                      | organic_search
            https://cn.bing.com/                                 | organic_search
            https://duckduckgo.com/                              | organic_search
            https://de.search.yahoo.com/                         | organic_search
            https://search.yahoo.co.jp/                          | organic_search
            https://yandex.ru/clck/                              | organic_search
            https://www.yandex.com.tr/                           | organic_search
            https://ya.ru/                                       | organic_search
            https://www.baidu.com/link?url=x                     | organic_search
            https://www.ecosia.org/                              | organic_search
            https://search.brave.com/                            | organic_search
            https://www.startpage.com/do/search                  | organic_search
            https://www.qwant.com/                               | organic_search
            https://kagi.com/                                    | organic_search
            https://search.seznam.cz/                            | organic_search
            https://m.search.naver.com/search.naver              | organic_search
            https://www.facebook.com/                            | social
            https://l.facebook.com/l.php?u=x                     | social
            https://lm.facebook.com/                             | social
            https://l.instagram.com/?u=x                         | social
            https://t.co/AbCdEf                                  | social
            https://x.com/                                       | social
            https://twitter.com/somebody                         | social
            https://www.linkedin.com/feed/                       | social
            https://lnkd.in/abc                                  | social
            android-app://com.linkedin.android/                  | social
            android-app://org.telegram.messenger/                | social
            https://www.youtube.com/watch?v=x                    | social
            https://out.reddit.com/                              | social
            https://old.reddit.com/r/java                        | social
            https://www.pinterest.co.uk/                         | social
            https://de.pinterest.com/                            | social
            https://pin.it/x                                     | social
            https://news.ycombinator.com/item?id=1               | social
            https://bsky.app/                                    | social
            https://www.threads.net/                             | social
            https://away.vk.com/away.php                         | social
            https://tieba.baidu.com/p/1                          | social
            https://www.tiktok.com/                              | social
            https://microsoft.com/                               | referral
            https://www.netflix.com/                             | referral
            https://notgoogle.com/                               | referral
            https://google.evil.com/                             | referral
            https://google.com.evil.com/                         | referral
            https://google.zz/                                   | referral
            https://google.co.zz/                                | referral
            https://google.net/                                  | referral
            https://google.co.com/                               | referral
            https://google.blog.uk/                              | referral
            https://mygoogle.de/                                 | referral
            https://mail.google.com/mail/u/0/                    | referral
            https://accounts.google.co.uk/                       | referral
            https://mail.yahoo.com/                              | referral
            https://outlook.live.com/                            | referral
            https://mail.yandex.ru/                              | referral
            android-app://com.google.android.gm/                 | referral
            https://chatgpt.com/                                 | referral
            https://gemini.google.com/app                        | referral
            https://blog.partner.example/post                    | referral
            https://facebook.com.phishing.example/               | referral
            http://10.0.0.5/                                     | referral
            not a url                                            | unknown
            /pricing                                             | unknown
            https://                                             | unknown
            file:///home/a.html                                  | unknown
            """)
    void the_referrers_host_decides_if_there_is_no_campaign(String referrer, String expected) {
        assertThat(SOURCES.classify(Utm.NONE, referrer, OWN).key()).isEqualTo(expected);
    }

    @Test
    void the_propertys_own_domain_is_internal_even_when_it_is_a_search_engine() {
        assertThat(SOURCES.classify(Utm.NONE, "https://www.bing.com/", List.of("bing.com")))
                .isEqualTo(TrafficSource.INTERNAL);
        assertThat(SOURCES.classify(Utm.NONE, "https://www.facebook.com/", List.of("Facebook.com:443")))
                .isEqualTo(TrafficSource.INTERNAL);
    }

    @Test
    void a_property_without_a_readable_domain_has_no_internal_referrers() {
        assertThat(SOURCES.classify(Utm.NONE, "https://example.com/", List.of()))
                .isEqualTo(TrafficSource.REFERRAL);
        assertThat(SOURCES.classify(Utm.NONE, "https://example.com/", List.of("", " ", "com..", ".com")))
                .isEqualTo(TrafficSource.REFERRAL);
    }

    @Test
    void a_campaign_link_on_a_page_of_the_property_counts_as_the_campaign_and_not_as_internal() {
        Utm utm = new Utm("newsletter", "email", null, null, null);
        assertThat(SOURCES.classify(utm, "https://example.com/", OWN)).isEqualTo(TrafficSource.EMAIL);
    }

    @ParameterizedTest
    @EnumSource
    void keys_are_the_names_in_lower_case(TrafficSource source) {
        assertThat(source.key()).matches("[a-z]+(_search)?").isEqualToIgnoringCase(source.name());
    }
}
