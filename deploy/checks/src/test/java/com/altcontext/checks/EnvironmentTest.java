package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares {@code .env.production.example} with the variables that the service reads. */
class EnvironmentTest {
    private static final String EXAMPLE = ".env.production.example";

    private final List<String> lines = Repository.lines(EXAMPLE);

    @Test
    void the_example_names_every_variable_of_the_service_once() {
        List<String> names =
                lines.stream().map(line -> line.substring(0, line.indexOf('='))).toList();
        assertThat(names).containsExactlyInAnyOrderElementsOf(Repository.serviceVariables());
    }

    @Test
    void the_example_contains_no_value_that_could_be_used() {
        assertThat(lines).allMatch(line -> line.matches("[A-Z][A-Z0-9_]*=(change-me)?"));
    }

    @Test
    void the_example_has_the_variables_that_the_script_requires() {
        Set<String> asked = lines.stream()
                .filter(line -> line.endsWith("=change-me"))
                .map(line -> line.replace("=change-me", ""))
                .collect(Collectors.toSet());
        String required = Repository.lines("deploy/bin/fly.sh").stream()
                .filter(line -> line.startsWith("REQUIRED=("))
                .findFirst()
                .orElseThrow();
        assertThat(asked)
                .isEqualTo(new HashSet<>(List.of(required.substring("REQUIRED=(".length(), required.length() - 1)
                        .split(" ", -1))));
    }

    @Test
    void git_ignores_the_file_with_the_values_and_keeps_the_example() {
        assertThat(Repository.lines(".gitignore")).contains(".env.*", "!.env.production.example");
        assertThat(Repository.lines(".dockerignore")).contains("*", "**/.env*");
    }
}
