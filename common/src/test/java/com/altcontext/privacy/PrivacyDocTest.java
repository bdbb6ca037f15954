package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.retention.RetentionPolicy;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Compares the privacy pages with the schema. For each column about people, they must say why it is stored and how it
 * is removed.
 */
class PrivacyDocTest {
    private static final List<String> ABOUT_PEOPLE = List.of(
            "visitors",
            "sessions",
            "events",
            "leads",
            "lead_identities",
            "form_submissions",
            "consent_events",
            "recipients",
            "erasure_log",
            "audit_log",
            "outbox",
            "unsubscribe_requests");

    private static final Pattern NAMED_COLUMN = Pattern.compile("`([a-z_]+\\.[a-z_]+)`");

    private static String document;
    private static String law;
    private static List<String> columns;

    @BeforeAll
    static void read() throws IOException {
        document = Files.readString(Path.of("..", "docs", "privacy.md"));
        law = Files.readString(Path.of("..", "docs", "privacy-law.md"));
        columns = Database.migrated().texts("""
                SELECT c.table_name || '.' || c.column_name
                FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
                WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
                  AND c.table_name !~ '^events_|^flyway_'
                """);
    }

    private static Set<String> namedIn(String text) {
        Set<String> named = new TreeSet<>();
        NAMED_COLUMN.matcher(text).results().forEach(match -> named.add(match.group(1)));
        return named;
    }

    private static String tableOf(String column) {
        return column.substring(0, column.indexOf('.'));
    }

    @Test
    void every_column_about_people_is_in_the_document() {
        assertThat(columns).extracting(PrivacyDocTest::tableOf).containsAll(ABOUT_PEOPLE);
        assertThat(namedIn(document))
                .containsAll(columns.stream()
                        .filter(column -> ABOUT_PEOPLE.contains(tableOf(column)))
                        .toList());
    }

    @Test
    void every_column_of_the_documents_is_in_the_schema() {
        assertThat(namedIn(law)).isNotEmpty();
        assertThat(columns).containsAll(namedIn(document)).containsAll(namedIn(law));
    }

    @Test
    void every_other_table_is_listed_and_tables_with_pseudonyms_are_not_listed_as_free_of_personal_data() {
        int figures = document.indexOf("### Figures of a day");
        int free = document.indexOf("### Tables without personal data", figures);
        String end = document.substring(free, document.indexOf("\n## ", free));
        Set<String> others = new TreeSet<>();
        columns.forEach(column -> others.add(tableOf(column)));
        others.removeAll(ABOUT_PEOPLE);

        assertThat(document.substring(figures, free))
                .contains(columns.stream()
                        .filter(column -> column.matches("daily_.*visitor_sketch"))
                        .map(column -> "`" + column + "`")
                        .toArray(String[]::new));
        String section = document.substring(figures, free) + end;
        assertThat(others).isNotEmpty().allSatisfy(table -> assertThat(section).contains("`" + table + "`"));
        assertThat(end).doesNotContain("daily_");
    }

    @Test
    void the_periods_are_those_of_the_default_policy() {
        assertThat(document)
                .contains("| " + RetentionPolicy.DEFAULT.eventDays() + " days | `RAW_EVENT_RETENTION_DAYS` |")
                .contains("| " + RetentionPolicy.DEFAULT.rollupMonths() + " months, ");
    }
}
