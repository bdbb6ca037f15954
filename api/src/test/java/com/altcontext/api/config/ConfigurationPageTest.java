package com.altcontext.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares docs/configuration.md with the variables that the service reads. */
class ConfigurationPageTest {
    private static final Pattern ROW = Pattern.compile("(?ms)^- `([A-Z0-9_]+)` \\((?:`([^`]*)`|–)(.*?)\\): ");

    /** Returns for each variable on the page its default and whether it is secret. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(Files.readString(Path.of("../docs/configuration.md")))
                .results()
                .forEach(row -> rows.put(
                        row.group(1),
                        (row.group(2) == null ? "–" : row.group(2))
                                + (row.group(3).contains("secret") ? ", secret" : "")));
        return rows;
    }

    @Test
    void the_page_has_every_variable_with_its_default_and_says_which_are_secret() throws IOException {
        Map<String, String> read = Variables.all().values().stream()
                .collect(Collectors.toMap(
                        setting -> setting.variable().value(),
                        setting -> setting.defaultValue().orElse("–")
                                + (setting.variable().secret() ? ", secret" : "")));

        assertThat(documented()).containsAllEntriesOf(read);
        assertThat(read.keySet()).containsAll(documented().keySet());
    }
}
