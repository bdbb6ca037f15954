package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares {@code fly.toml} with the service that it deploys. */
class FlyTomlTest {
    /** The memory budget of docs/performance.md. */
    private static final int MAX_MB = 160;

    /** Memory outside the heap for class data, code, threads and buffers: measured, and rounded up. */
    private static final int OUTSIDE_THE_HEAP_MB = 96;

    private final JsonNode fly = Repository.toml("fly.toml");
    private final JsonNode service = fly.path("http_service");

    @Test
    void requests_go_to_the_port_that_the_service_listens_on() {
        assertThat(service.path("internal_port").asInt())
                .isEqualTo(Repository.serviceDefault("PORT"))
                .isEqualTo(fly.at("/env/PORT").asInt());
        assertThat(service.path("force_https").asBoolean()).isTrue();
    }

    @Test
    void metrics_are_collected_from_the_management_port_which_is_not_public() {
        assertThat(fly.at("/metrics/port").asInt())
                .isEqualTo(Repository.serviceDefault("MANAGEMENT_PORT"))
                .isEqualTo(fly.at("/env/MANAGEMENT_PORT").asInt())
                .isNotEqualTo(service.path("internal_port").asInt());
        assertThat(Repository.lines("api/src/main/resources/application.properties"))
                .contains("quarkus.micrometer.export.prometheus.path="
                        + fly.at("/metrics/path").asText());
        assertThat(fly.has("services")).isFalse();
    }

    @Test
    void the_check_uses_the_health_route_of_the_contract_and_allows_for_a_slow_start() {
        JsonNode check = service.path("checks").path(0);
        assertThat(service.path("checks")).hasSize(1);
        assertThat(check.path("method").asText()).isEqualTo("GET");
        assertThat(Repository.yaml("api/src/main/resources/openapi.yaml")
                        .path("paths")
                        .has(check.path("path").asText()))
                .isTrue();
        assertThat(check.path("path").asText()).isEqualTo("/v1/healthz");
        assertThat(seconds(check.path("grace_period"))).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
        assertThat(seconds(check.path("timeout"))).isLessThan(seconds(check.path("interval")));
    }

    @Test
    void the_machine_has_room_for_the_heap_and_the_memory_outside_it() {
        int machine = megabytes(fly.at("/vm/0/memory").asText());
        int heap = flag("-Xmx(\\d+)m");
        assertThat(machine).isEqualTo(256);
        assertThat(flag("-Xms(\\d+)m")).isEqualTo(heap);
        assertThat(heap + OUTSIDE_THE_HEAP_MB).isLessThanOrEqualTo(MAX_MB);
        assertThat(MAX_MB + 64).as("with room for the kernel").isLessThanOrEqualTo(machine);
        assertThat(fly.at("/vm/0/size").asText()).isEqualTo("shared-cpu-1x");
        assertThat(fly.path("vm")).hasSize(1);
    }

    @Test
    void a_stop_lets_the_service_drain() {
        assertThat(fly.path("kill_timeout").asInt()).isBetween(6, 300);
        assertThat(Repository.lines("deploy/image/Dockerfile"))
                .contains("STOPSIGNAL " + fly.path("kill_signal").asText());
    }

    @Test
    void the_machine_may_sleep_and_wakes_by_itself() {
        assertThat(service.path("auto_stop_machines").asText()).isEqualTo("suspend");
        assertThat(fly.has("swap_size_mb"))
                .as("a machine with swap cannot be suspended")
                .isFalse();
        assertThat(service.path("auto_start_machines").asBoolean()).isTrue();
        assertThat(service.path("min_machines_running").asInt(-1)).isZero();
    }

    @Test
    void the_service_runs_in_toronto_and_a_deploy_does_not_migrate() {
        assertThat(fly.path("primary_region").asText()).isEqualTo("yyz");
        assertThat(fly.at("/deploy/release_command").isMissingNode()).isTrue();
        assertThat(Repository.file(fly.at("/build/dockerfile").asText())).isRegularFile();
    }

    @Test
    void the_limit_of_concurrent_requests_is_below_the_services_limit_of_connections() {
        JsonNode limits = service.path("concurrency");
        int accepted = Repository.lines("api/src/main/java/com/altcontext/api/connection/ConnectionGuard.java").stream()
                .filter(line -> line.contains(" int MAX_CONNECTIONS = "))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
        assertThat(limits.path("type").asText()).isEqualTo("requests");
        assertThat(limits.path("soft_limit").asInt())
                .isPositive()
                .isLessThan(limits.path("hard_limit").asInt());
        assertThat(limits.path("hard_limit").asInt()).isLessThan(accepted);
    }

    @Test
    void the_file_sets_no_secret() {
        assertThat(fly.path("env").fieldNames())
                .toIterable()
                .isSubsetOf(Repository.serviceVariables())
                .noneMatch(name -> name.matches(".*(KEY|PEPPER|SECRET|TOKEN|URL).*"));
    }

    private static Duration seconds(JsonNode value) {
        assertThat(value.asText()).matches("\\d+s");
        return Duration.ofSeconds(Long.parseLong(value.asText().replace("s", "")));
    }

    private static int megabytes(String value) {
        assertThat(value).matches("\\d+mb");
        return Integer.parseInt(value.replace("mb", ""));
    }

    private static int flag(String form) {
        return Repository.lines("deploy/jvm.options").stream()
                .map(Pattern.compile(form)::matcher)
                .filter(matcher -> matcher.matches())
                .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                .findFirst()
                .orElseThrow();
    }
}
