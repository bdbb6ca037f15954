package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhrasesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            crawl   | a webcrawler/1  | true
            crawl   | craw            | false
            ^java/  | java/21         | true
            ^java/  | my java/21      | false
            node$   | node            | true
            node$   | my node         | true
            node$   | node/20         | false
            bot~    | googlebot/2.1   | true
            bot~    | googlebot       | true
            bot~    | bottle, both    | false
            bot~    | both bot        | true
            ~rss~   | my rss reader   | true
            ~rss~   | across the sea  | false
            ~rss~   | rss2            | false
            """)
    void a_mark_says_where_in_a_text_a_phrase_may_be(String phrase, String text, boolean found) {
        assertThat(Phrases.of(List.of(phrase)).foundIn(text)).isEqualTo(found);
    }

    @Test
    void an_exception_hides_only_the_phrases_inside_it() {
        Phrases phrases = Phrases.of(List.of("bot~", "!~cubot"));
        assertThat(phrases.foundIn("android; cubot note")).isFalse();
        assertThat(phrases.foundIn("cubot")).isFalse();
        assertThat(phrases.foundIn("cubot and googlebot")).isTrue();
        assertThat(phrases.foundIn("accubot")).isTrue();
        assertThat(Phrases.of(List.of("crawl", "!crawlord")).foundIn("a crawlord"))
                .isFalse();
    }

    @Test
    void phrases_with_the_same_beginning_are_distinguished() {
        Phrases phrases = Phrases.of(List.of("google-safety", "googleother", "goo.gl"));
        assertThat(phrases.foundIn("googleothe")).isFalse();
        assertThat(phrases.foundIn("xgoogleother")).isTrue();
        assertThat(phrases.foundIn("googoogoo.gl")).isTrue();
        assertThat(phrases.foundIn("go")).isFalse();
        assertThat(phrases.foundIn("")).isFalse();
    }

    @Test
    void a_phrase_that_could_never_be_found_stops_the_start() {
        assertThatThrownBy(() -> Phrases.of(List.of("ab"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Phrases.of(List.of("^~"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Phrases.of(List.of("Googlebot"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void no_line_is_in_a_list_twice() {
        for (String file : List.of("crawlers.txt", "http-libraries.txt")) {
            Set<String> seen = new HashSet<>();
            for (String line : DataFile.lines(file)) {
                assertThat(seen.add(line)).as(line).isTrue();
            }
            assertThat(seen).hasSizeGreaterThan(100);
        }
    }
}
