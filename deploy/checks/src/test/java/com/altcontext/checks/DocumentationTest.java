package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documentation: each page names its reader, and every link works. */
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    private final List<String> docs = Repository.files("docs", name -> name.endsWith(".md"));

    @Test
    void every_page_says_at_its_top_whom_it_is_for() {
        assertThat(docs)
                .isNotEmpty()
                .allSatisfy(page -> assertThat(Repository.text(page).split("\n", 4)[2])
                        .as(page)
                        .startsWith("For "));
    }

    @Test
    void every_link_leads_to_a_file_and_a_heading_that_exist() {
        List<String> pages = new ArrayList<>(docs);
        pages.addAll(List.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"));
        for (String page : pages) {
            LINK.matcher(Repository.text(page))
                    .results()
                    .map(found -> found.group(1))
                    .filter(link -> !link.startsWith("https://"))
                    .forEach(link -> assertTargetExists(page, link));
        }
    }

    private static void assertTargetExists(String page, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        String target = file.isEmpty()
                ? page
                : Path.of(page).resolveSibling(file).normalize().toString();
        assertThat(Repository.file(target)).as(page + " links to " + link).exists();
        if (hash >= 0) {
            assertThat(anchors(target)).as(page + " links to " + link).contains(link.substring(hash + 1));
        }
    }

    /** The anchors that GitHub makes of the headings. */
    private static Set<String> anchors(String page) {
        return HEADING.matcher(Repository.text(page))
                .results()
                .map(found -> found.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
