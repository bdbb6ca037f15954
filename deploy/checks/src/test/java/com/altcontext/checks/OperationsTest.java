package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/operations.md}: what it tells the operator to run or to read is there. */
class OperationsTest {
    private static final String PAGE = "docs/operations.md";
    private final String page = Repository.text(PAGE);

    @Test
    void every_target_of_make_exists_and_every_one_for_fly_is_told_of() {
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
                .allSatisfy(name -> assertThat(page).contains(name));
    }

    @Test
    void every_file_that_it_names_exists() {
        Set<String> files = found("(?m)(?:^|`|[ (])(deploy/[\\w/.-]*\\w)");
        files.removeIf(name -> name.matches("deploy/compose/(secrets|backups)"));
        assertThat(files)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Repository.file(name)).exists());
        assertThat(found("`(docs/[^`#]+)`"))
                .allSatisfy(name -> assertThat(Repository.file(name)).exists());
    }

    @Test
    void it_says_what_was_not_checked() {
        assertThat(page).contains("Nothing here has run on Fly.io, in Docker or on GitHub's runners");
    }

    private Set<String> found(String form) {
        return Pattern.compile(form)
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
