package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.devdb.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The jar that operators get, started as they start it: everything it needs is inside, and it says nothing of its own. */
class PackagedJarIT {
    private final String url = TestDatabase.fresh();

    @Test
    void it_migrates_and_verifies_a_database() throws Exception {
        assertThat(altops("migrate", "verify").exit()).isEqualTo(Exit.WANTING);

        Ran migrated = altops("migrate");
        assertThat(migrated.err()).isEmpty();
        assertThat(migrated.out()).startsWith("applied 1 ");
        assertThat(migrated.exit()).isEqualTo(Exit.DONE);

        assertThat(altops("migrate", "verify"))
                .isEqualTo(new Ran(Exit.DONE, "the schema is what this release needs\n", ""));
    }

    @Test
    void it_knows_its_version() throws Exception {
        assertThat(altops("--version").out()).matches("altops \\d+\\.\\d+.*\n");
    }

    @Test
    void it_holds_no_embedded_database() throws Exception {
        Process listing = new ProcessBuilder(program("jar"), "--list", "--file", "target/altops.jar").start();
        String names = new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(names).contains("com/altcontext/ops/Altops.class").doesNotContain("devdb", ".txz");
    }

    private Ran altops(String... args) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program("java"), "-jar", "target/altops.jar");
        builder.command().addAll(List.of(args));
        builder.environment().put("DATABASE_URL", url);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Path err = Path.of("target", "altops-it.err");
        Process process = builder.redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        return new Ran(exit, out, Files.readString(err));
    }

    private static String program(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
