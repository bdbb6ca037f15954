package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The operator's pages: every command and file that they name exists. */
class OperationsTest {
    private final String pages = Repository.text("docs/operations.md")
            + Repository.text("docs/alerts.md")
            + Repository.text("docs/another-host.md");

    @Test
    void every_make_target_on_the_pages_exists_and_every_fly_target_is_described() {
        Set<String> targets = new TreeSet<>();
        Repository.text("Makefile")
                .lines()
                .filter(line -> line.matches("[a-z0-9-]+:.*##.*"))
                .forEach(line -> targets.add(line.substring(0, line.indexOf(':'))));
        assertThat(found("(?m)(?:^|`|' )make ([a-z][a-z0-9-]*[a-z0-9])(?![a-z0-9-])"))
                .isNotEmpty()
                .isSubsetOf(targets);
        assertThat(targets.stream().filter(name -> name.startsWith("fly-")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(pages).contains(name));
    }

    @Test
    void every_file_that_the_pages_name_exists() {
        Set<String> files = found("(?m)(?:^|`|[ (])(deploy/[\\w/.-]*\\w)");
        files.removeIf(name -> name.matches("deploy/compose/(secrets|backups|\\.env)"));
        assertThat(files)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Repository.file(name)).exists());
        assertThat(found("`(docs/[^`#]+)`"))
                .allSatisfy(name -> assertThat(Repository.file(name)).exists());
    }

    @Test
    void the_pages_say_what_was_not_checked() {
        assertThat(pages).contains("Nothing here has run on Fly.io, in Docker or on GitHub's runners");
    }

    private Set<String> found(String form) {
        return Pattern.compile(form)
                .matcher(pages)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
