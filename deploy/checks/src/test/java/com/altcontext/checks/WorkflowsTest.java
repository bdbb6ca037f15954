package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Rules for the workflows of GitHub Actions that a linter does not check. */
class WorkflowsTest {
    private static final Pattern PINNED = Pattern.compile("[\\w-]+/[\\w/-]+@[0-9a-f]{40}");
    private static final Pattern NAMED = Pattern.compile("\\b(secrets|vars)\\.([A-Z_]+)");
    private static final Pattern SCRIPT = Pattern.compile("\\bdeploy/[\\w/.-]+\\.sh\\b");

    /** The action with which every job that runs altops begins. */
    private static final String ACTION = ".github/actions/altops/action.yml";

    private final Map<String, JsonNode> workflows = new TreeMap<>();

    WorkflowsTest() {
        Repository.files(".github/workflows", name -> name.endsWith(".yml"))
                .forEach(name -> workflows.put(name, Repository.yaml(name)));
    }

    @Test
    void every_action_is_pinned_to_a_commit_and_one_action_to_one_commit() {
        Set<String> uses = new TreeSet<>();
        steps().map(step -> step.path("uses").asText())
                .filter(name -> !name.isEmpty() && !name.equals("./.github/actions/altops"))
                .forEach(uses::add);
        assertThat(uses).isNotEmpty().allMatch(PINNED.asMatchPredicate());
        assertThat(uses.stream().map(name -> name.substring(0, name.indexOf('@'))))
                .doesNotHaveDuplicates();
        Stream.concat(workflows.keySet().stream(), Stream.of(ACTION))
                .forEach(name -> assertThat(Repository.text(name)
                                .lines()
                                .filter(line -> line.contains("uses:") && !line.contains("uses: ./")))
                        .as("a comment with the release of each action")
                        .allMatch(line -> line.matches(".*@[0-9a-f]{40} # v[0-9.]+")));
    }

    @Test
    void a_workflow_may_read_the_repository_and_nothing_else() {
        workflows.forEach((name, workflow) -> {
            assertThat(workflow.path("permissions").toString()).as(name).isEqualTo("{\"contents\":\"read\"}");
            jobs(workflow)
                    .forEach(job -> assertThat(job.path("permissions"))
                            .as(name)
                            .allMatch(right -> right.asText().equals("read")));
        });
        steps().filter(step -> step.path("uses").asText().startsWith("actions/checkout@"))
                .forEach(step -> assertThat(step.at("/with/persist-credentials").asBoolean(true))
                        .isFalse());
    }

    @Test
    void every_job_has_a_timeout_and_every_workflow_a_concurrency_group() {
        workflows.forEach((name, workflow) -> {
            assertThat(workflow.at("/concurrency/group").asText()).as(name).isNotEmpty();
            jobs(workflow)
                    .forEach(job -> assertThat(job.path("timeout-minutes").asInt())
                            .as(name)
                            .isBetween(1, 60));
        });
        Stream.of("deploy", "rollup", "retention", "report", "backup")
                .map(name -> workflows.get(".github/workflows/" + name + ".yml"))
                .forEach(workflow -> assertThat(
                                workflow.at("/concurrency/cancel-in-progress").asBoolean(true))
                        .isFalse());
    }

    @Test
    void the_checks_of_a_push_are_never_cancelled_because_a_deploy_waits_for_their_result() {
        JsonNode concurrency = Repository.yaml(".github/workflows/ci.yml").path("concurrency");
        assertThat(concurrency.path("group").asText())
                .isEqualTo("ci-${{ github.event_name == 'pull_request' && github.ref || github.sha }}");
        assertThat(concurrency.path("cancel-in-progress").asText())
                .isEqualTo("${{ github.event_name == 'pull_request' }}");
    }

    @Test
    void all_jobs_use_one_version_of_flyctl_which_the_script_accepts() {
        Set<String> versions = steps().filter(step -> step.path("uses").asText().contains("/setup-flyctl@"))
                .map(step -> step.at("/with/version").asText("none"))
                .collect(Collectors.toCollection(TreeSet::new));
        String least = Repository.lines("deploy/bin/fly.sh").stream()
                .filter(line -> line.startsWith("MIN_FLYCTL="))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .findFirst()
                .orElseThrow();
        assertThat(versions).hasSize(1).allMatch(version -> version.matches("[0-9]+\\.[0-9]+\\.[0-9]+"));
        assertThat(Runtime.Version.parse(versions.iterator().next().replaceFirst("^0\\.", "")))
                .isGreaterThanOrEqualTo(Runtime.Version.parse(least.replaceFirst("^0\\.", "")));
    }

    @Test
    void a_backup_is_made_in_a_private_repository_only() {
        List<String> runs = jobs(Repository.yaml(".github/workflows/backup.yml"))
                .flatMap(job -> StreamSupport.stream(job.path("steps").spliterator(), false))
                .map(step -> step.path("run").asText())
                .filter(run -> run.startsWith("deploy/bin/"))
                .toList();
        assertThat(runs.getFirst()).isEqualTo("deploy/bin/private-repository.sh");
        assertThat(workflows.keySet().stream()
                        .filter(name -> Repository.text(name).contains("upload-artifact")))
                .containsExactly(".github/workflows/backup.yml");
    }

    @Test
    void schedules_avoid_the_minutes_at_which_most_schedules_begin() {
        List<String> minutes = new ArrayList<>();
        workflows
                .values()
                .forEach(workflow -> workflow.at("/on/schedule")
                        .forEach(
                                entry -> minutes.add(entry.path("cron").asText().split(" ", -1)[0])));
        assertThat(minutes).hasSize(4).doesNotHaveDuplicates().allSatisfy(minute -> {
            assertThat(Integer.parseInt(minute) % 2).isOne();
            assertThat(Integer.parseInt(minute) % 5).isNotZero();
        });
    }

    @Test
    void no_script_contains_an_expression_that_outsiders_could_control() {
        steps().forEach(step -> assertThat(step.path("run").asText()).doesNotContain("${{"));
    }

    @Test
    void the_scripts_that_steps_run_are_executable() {
        Set<String> scripts = steps().flatMap(
                        step -> SCRIPT.matcher(step.path("run").asText()).results())
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(scripts)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Repository.file(name)).isExecutable());
    }

    @Test
    void every_source_of_the_image_triggers_a_deploy() {
        List<String> paths = new ArrayList<>();
        Repository.yaml(".github/workflows/deploy.yml")
                .at("/on/push/paths")
                .forEach(path -> paths.add(path.asText().replaceFirst("/\\*\\*$", "")));
        List<String> built = new ArrayList<>(Repository.lines(".dockerignore").stream()
                .filter(line -> line.startsWith("!") && !line.equals("!deploy"))
                .map(line -> line.substring(1))
                .toList());
        built.addAll(List.of(".dockerignore", "fly.toml", "deploy/image", "deploy/jvm.options", "deploy/bin"));
        built.add("deploy/dev-database"); // which the AOT cache is trained on
        assertThat(paths).containsAll(built);
    }

    @Test
    void jobs_with_secrets_use_an_environment() {
        workflows.forEach((name, workflow) -> jobs(workflow)
                .filter(job -> job.toString().contains("secrets."))
                .forEach(job -> assertThat(job.path("environment").isMissingNode())
                        .as(name)
                        .isFalse()));
    }

    @Test
    void the_operations_page_names_every_secret_and_variable() {
        String page = Repository.text("docs/operations.md");
        Set<String> names = workflows.keySet().stream()
                .flatMap(name -> NAMED.matcher(Repository.text(name)).results())
                .map(found -> found.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    private Stream<JsonNode> steps() {
        return Stream.concat(
                        workflows.values().stream().flatMap(WorkflowsTest::jobs),
                        Stream.of(Repository.yaml(ACTION).path("runs")))
                .flatMap(holder -> StreamSupport.stream(holder.path("steps").spliterator(), false));
    }

    private static Stream<JsonNode> jobs(JsonNode workflow) {
        return StreamSupport.stream(workflow.path("jobs").spliterator(), false);
    }
}
