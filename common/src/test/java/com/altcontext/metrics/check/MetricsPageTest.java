package com.altcontext.metrics.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Vital;
import com.altcontext.metrics.query.LeadDimension;
import com.altcontext.metrics.query.QueryMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/metrics.md defines every figure, and links to the statements that rollups are checked against. */
class MetricsPageTest {
    private static final Path DOCS = Path.of("../docs");
    private static final Pattern LINK_TO_SQL = Pattern.compile("]\\(([^)]+\\.sql)\\)");

    private static String page;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(DOCS.resolve("metrics.md"));
    }

    @Test
    void the_page_links_to_the_statements_that_are_run() throws IOException {
        List<String> links =
                LINK_TO_SQL.matcher(page).results().map(found -> found.group(1)).toList();
        assertThat(links).hasSize(1);
        String file = Files.readString(DOCS.resolve(links.getFirst()));

        assertThat(ReferenceQueries.STATEMENTS)
                .isNotEmpty()
                .allSatisfy((name, statement) -> assertThat(file).contains("-- " + name + "\n" + statement));
    }

    @Test
    void every_metric_and_dimension_is_defined() {
        for (Metric metric : Metric.values()) {
            assertThat(page).contains("\n| `" + metric.key() + "` | ");
            assertThat(ReferenceQueries.STATEMENTS).containsKey(metric.key());
        }
        for (Dimension dimension : Dimension.values()) {
            assertThat(page).contains("`" + dimension.key() + "`");
        }
        for (QueryMetric metric : QueryMetric.values()) {
            assertThat(page).contains("`" + metric.key().replaceFirst("\\.p\\d+$", ""));
        }
        for (LeadDimension dimension : LeadDimension.values()) {
            assertThat(page).contains("`" + dimension.key() + "`");
        }
        for (Vital vital : Vital.values()) {
            assertThat(page).contains("`" + vital.key() + "`");
        }
    }
}
