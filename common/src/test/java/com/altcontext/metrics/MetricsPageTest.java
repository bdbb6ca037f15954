package com.altcontext.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/metrics.md defines every figure; docs/metrics-sql.md prints the statements that rollups are checked against, and no others. */
class MetricsPageTest {
    private static final Pattern STATEMENT = Pattern.compile("```sql\n(.*?)\n```", Pattern.DOTALL);

    private static String page(String name) throws IOException {
        return Files.readString(Path.of("../docs", name));
    }

    @Test
    void the_page_prints_what_is_run() throws IOException {
        List<String> printed = STATEMENT
                .matcher(page("metrics-sql.md"))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(printed).containsExactlyInAnyOrderElementsOf(ReferenceQueries.STATEMENTS.values());
    }

    @Test
    void every_metric_and_dimension_is_defined() throws IOException {
        String page = page("metrics.md");
        String queries = page("metrics-sql.md");
        for (Metric metric : Metric.values()) {
            assertThat(page).contains("\n| `" + metric.key() + "` | ");
            assertThat(queries).contains("\n### " + metric.key() + "\n");
            assertThat(ReferenceQueries.STATEMENTS).containsKey(metric.key());
        }
        for (Dimension dimension : Dimension.values()) {
            assertThat(page).contains("`" + dimension.key() + "`");
        }
        for (Vital vital : Vital.values()) {
            assertThat(page).contains("`" + vital.key() + "`");
        }
    }
}
