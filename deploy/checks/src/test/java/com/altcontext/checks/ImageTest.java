package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Dockerfile, which is not built here: every file that it copies or runs exists and is in the build context. */
class ImageTest {
    private final List<String> dockerfile = Repository.lines("deploy/image/Dockerfile");
    private final List<String> included = Repository.lines(".dockerignore").stream()
            .filter(line -> line.startsWith("!"))
            .map(line -> line.substring(1))
            .toList();

    @Test
    void every_module_is_in_the_build_context() {
        List<String> modules = Pattern.compile("<module>(.*)</module>")
                .matcher(Repository.text("pom.xml"))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(modules)
                .isNotEmpty()
                .allSatisfy(module -> assertThat(included).contains(module.replaceFirst("/.*", "")));
        assertThat(included).contains("pom.xml", "mvnw", ".mvn");
    }

    @Test
    void the_scripts_that_the_dockerfile_runs_are_executable() {
        List<String> scripts = dockerfile.stream()
                .filter(line -> line.startsWith("RUN"))
                .flatMap(line -> Pattern.compile("\\bdeploy/[\\w/.-]+\\.sh\\b")
                        .matcher(line)
                        .results())
                .map(found -> found.group())
                .toList();
        assertThat(scripts)
                .contains("deploy/image/root.sh", "deploy/image/train.sh")
                .allSatisfy(name -> assertThat(Repository.file(name)).isExecutable());
    }

    @Test
    void the_last_stage_contains_only_the_service_and_does_not_run_as_root() {
        List<String> last = dockerfile.subList(dockerfile.lastIndexOf("FROM scratch"), dockerfile.size());
        assertThat(last.stream().filter(line -> line.startsWith("FROM"))).hasSize(1);
        assertThat(last.stream().filter(line -> line.startsWith("COPY")))
                .containsExactly("COPY --from=build --chown=0:0 /image/root/ /");
        assertThat(last).contains("USER 65532:65532", "STOPSIGNAL SIGINT");
        assertThat(last.stream().filter(line -> line.startsWith("RUN"))).isEmpty();
        assertThat(last.getLast()).startsWith("ENTRYPOINT [\"/opt/java/bin/java\", \"@jvm.options\", ");
    }

    @Test
    void every_image_that_is_pulled_is_pinned_by_its_digest() {
        String named = "[a-z/-]+:[a-z0-9.-]*\\w@sha256:[0-9a-f]{64}";
        assertThat(dockerfile.stream().filter(line -> line.startsWith("FROM ") && !line.equals("FROM scratch")))
                .isNotEmpty()
                .allMatch(line -> line.matches("FROM " + named + "( AS \\w+)?"));
        assertThat(dockerfile.stream()
                        .filter(line -> line.startsWith("COPY --from=") && !line.contains("--from=build ")))
                .isNotEmpty()
                .allMatch(line -> line.matches("COPY --from=" + named + " .*"));
        assertThat(Repository.text("deploy/image/Dockerfile")).matches("(?s)# syntax=" + named + "\n.*");
        for (String file : List.of("deploy/compose/compose.yaml", ".github/workflows/ci.yml")) {
            assertThat(Repository.lines(file).stream().filter(line -> line.startsWith("image: ")))
                    .isNotEmpty()
                    .allMatch(line -> line.matches(
                            "image: (" + named + "|altcontext|altops|\\$\\{\\{ (matrix.image|vars.CITUS_IMAGE) }})"));
        }
    }
}
