package com.altcontext.consent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.consent.ConsentTexts.TextAddition;
import com.altcontext.testing.Database;
import com.altcontext.value.Rejected;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsentTextsTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    private final Database database = Database.migrated();

    private TextAddition add(String version, String language, String content) {
        return database.sql()
                .inTransaction(tx -> ConsentTexts.add(tx, new ConsentText(version, language, content), NOW));
    }

    @Test
    void a_text_is_added_once_and_never_changed() {
        assertThat(add("2026-01", "en", "You may write to me.\n")).isEqualTo(TextAddition.ADDED);
        assertThat(add(" 2026-01 ", "EN", "You may write to me.\n")).isEqualTo(TextAddition.UNCHANGED);
        assertThat(add("2026-01", "en", "You may write to me.")).isEqualTo(TextAddition.REFUSED);
        assertThat(add("2026-01", "fr-CA", "Écrivez-moi.")).isEqualTo(TextAddition.ADDED);
        assertThat(add("2026-02", "en", "You may phone me.")).isEqualTo(TextAddition.ADDED);

        assertThat(database.texts("SELECT concat_ws('|', version, language, content) FROM consent_texts ORDER BY 1"))
                .containsExactly(
                        "2026-01|en|You may write to me.\n",
                        "2026-01|fr-ca|Écrivez-moi.",
                        "2026-02|en|You may phone me.");
        for (String change : List.of(
                "UPDATE consent_texts SET content = 'x'", "DELETE FROM consent_texts", "TRUNCATE consent_texts")) {
            assertThatThrownBy(() -> database.run(change)).as(change).hasMessageContaining("23001");
        }
    }

    @Test
    void the_hash_is_the_sha_256_of_the_text() {
        add("2026-01", "fr", "Écrivez-moi.");
        ConsentText text = new ConsentText("2026-01", "fr", "Écrivez-moi.");

        assertThat(database.texts("SELECT encode(content_hash, 'hex') FROM consent_texts"))
                .containsExactly(text.sha256());
        assertThat(new ConsentText("v", "en", "abc").sha256())
                .as("FIPS 180-2, appendix B.1")
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void texts_are_found_by_their_versions() {
        add("1", "en", "one");
        add("1", "fr", "un");
        add("2", "en", "two");

        List<ConsentTexts.RecordedText> found =
                database.sql().inTransaction(tx -> ConsentTexts.of(tx, List.of("1", "3")));
        assertThat(found).extracting(recorded -> recorded.text().content()).containsExactly("one", "un");
        List<ConsentTexts.RecordedText> all = database.sql().inTransaction(ConsentTexts::all);
        assertThat(all).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "'', en, words, version",
        "1, english language, words, language",
        "1, e, words, language",
        "1, en, ' ', text",
    })
    void an_invalid_text_is_refused(String version, String language, String content, String field) {
        assertThatThrownBy(() -> new ConsentText(version, language, content))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        refused -> assertThat(refused.issues())
                                .extracting(issue -> issue.path())
                                .containsExactly(field));
    }

    @Test
    void the_length_of_a_text_is_limited_in_bytes() {
        String longest = "é".repeat(ConsentText.MAX_BYTES / 2);

        assertThat(add("1", "fr", longest)).isEqualTo(TextAddition.ADDED);
        assertThatThrownBy(() -> new ConsentText("1", "fr", longest + "x")).isInstanceOf(Rejected.class);
    }
}
