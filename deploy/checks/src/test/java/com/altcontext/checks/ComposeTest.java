package com.altcontext.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code deploy/compose/compose.yaml}, the deployment on your own machine. */
class ComposeTest {
    /** The value of a variable that names the file of a secret. The value may depend on another variable. */
    private static final Pattern SECRET_FILE = Pattern.compile("(?:\\$\\{\\w+:\\+)?/run/secrets/(\\w+)}?");

    private final JsonNode file = Repository.yaml("deploy/compose/compose.yaml");
    private final JsonNode services = file.path("services");
    private final JsonNode api = services.path("api");

    @Test
    void the_public_reaches_only_caddy() {
        Map<String, String> published = new TreeMap<>();
        services.properties().forEach(service -> {
            if (service.getValue().has("ports")) {
                published.put(service.getKey(), service.getValue().path("ports").toString());
            }
        });
        assertThat(published).containsOnlyKeys("caddy");
        assertThat(published.get("caddy")).isEqualTo("[\"80:80\",\"443:443\",\"443:443/udp\"]");
        assertThat(file.at("/networks/inner/internal").asBoolean()).isTrue();
        assertThat(words(services.at("/db/networks"))).containsExactly("inner");
    }

    @Test
    void every_secret_is_a_file_and_no_variable_holds_one() {
        services.properties().forEach(service -> {
            JsonNode environment = service.getValue().path("environment");
            environment
                    .properties()
                    .forEach(entry -> assertThat(entry.getKey().endsWith("_FILE")
                                    || !entry.getKey()
                                            .matches(".*(KEY|PEPPER|SECRET|PASSWORD|DATABASE_URL|SMTP_URL).*"))
                            .as(entry.getKey())
                            .isTrue());
            Set<String> read = new TreeSet<>();
            environment.properties().forEach(entry -> {
                Matcher secret = SECRET_FILE.matcher(entry.getValue().asText());
                if (secret.matches()) {
                    read.add(secret.group(1));
                }
            });
            assertThat(words(service.getValue().path("secrets")))
                    .as(service.getKey())
                    .containsExactlyInAnyOrderElementsOf(read);
        });
        file.path("secrets")
                .forEach(secret -> assertThat(secret.path("file").asText()).startsWith("./secrets/"));
        assertThat(Repository.lines(".gitignore"))
                .contains("deploy/compose/secrets/", "deploy/compose/backups/", ".env");
    }

    @Test
    void the_service_gets_only_variables_that_it_reads() {
        Set<String> set = api.path("environment").properties().stream()
                .map(entry -> entry.getKey().replaceFirst("_FILE$", ""))
                .collect(Collectors.toSet());
        assertThat(Repository.serviceVariables()).containsAll(set);
    }

    @Test
    void a_clients_address_comes_only_from_caddy() {
        String header = api.at("/environment/CLIENT_IP_HEADER").asText();
        assertThat(Repository.lines("deploy/compose/Caddyfile")).contains("header_up " + header + " {remote_host}");
        assertThat(api.at("/environment/TRUSTED_PROXIES").asText())
                .isEqualTo(file.at("/networks/front/ipam/config/0/subnet").asText());
        assertThat(words(services.at("/caddy/networks"))).containsExactly("front");
    }

    @Test
    void caddy_forwards_every_path_of_the_contract_and_no_other() {
        String matcher = Repository.lines("deploy/compose/Caddyfile").stream()
                .filter(line -> line.startsWith("@service path "))
                .findFirst()
                .orElseThrow();
        List<String> forwarded =
                List.of(matcher.substring("@service path ".length()).split(" ", -1));
        Repository.yaml("api/src/main/resources/openapi.yaml")
                .path("paths")
                .fieldNames()
                .forEachRemaining(path -> assertThat(forwarded)
                        .as(path)
                        .anyMatch(one -> one.endsWith("*")
                                ? path.startsWith(one.substring(0, one.length() - 1))
                                : path.equals(one)));
        assertThat(forwarded).containsExactlyInAnyOrder("/v1/*", "/dashboard", "/dashboard/*", "{$TRACKER_PATH}");
    }

    /** deploy/bin/test/compose-test.sh tests a running Caddy. */
    @Test
    void caddy_logs_nothing_of_a_request() {
        List<String> lines = Repository.lines("deploy/compose/Caddyfile");
        assertThat(lines).contains("exclude http.log http.stdlib http.handlers");
        assertThat(lines.stream().filter(line -> line.matches("log( .*)?"))).hasSize(2);
        assertThat(lines)
                .contains("log default {", "log health {", "include http.handlers.reverse_proxy.health_checker");
    }

    @Test
    void caddy_forwards_to_the_services_port_and_checks_its_health() {
        List<String> lines = Repository.lines("deploy/compose/Caddyfile");
        assertThat(lines).contains("reverse_proxy api:" + Repository.serviceDefault("PORT") + " {");
        assertThat(lines).contains("health_uri /v1/healthz");
        assertThat(Repository.text("deploy/compose/Caddyfile"))
                .doesNotContain(String.valueOf(Repository.serviceDefault("MANAGEMENT_PORT")));
    }

    @Test
    void our_own_containers_are_read_only_and_cannot_gain_privileges() {
        for (JsonNode service : List.of(api, services.path("ops"))) {
            assertThat(service.path("read_only").asBoolean()).isTrue();
            assertThat(words(service.path("cap_drop"))).containsExactly("ALL");
            assertThat(words(service.path("security_opt"))).containsExactly("no-new-privileges:true");
        }
        assertThat(api.path("mem_limit").asText()).isEqualTo("256m");
        assertThat(Repository.file("deploy/compose")
                        .resolve(api.at("/build/context").asText())
                        .resolve(api.at("/build/dockerfile").asText()))
                .isRegularFile();
    }

    @Test
    void no_container_keeps_a_capability_except_caddy_for_low_ports() {
        services.properties().forEach(service -> {
            JsonNode one = service.getValue();
            assertThat(words(one.path("cap_drop"))).as(service.getKey()).containsExactly("ALL");
            assertThat(words(one.path("security_opt"))).as(service.getKey()).containsExactly("no-new-privileges:true");
            assertThat(words(one.path("cap_add")))
                    .as(service.getKey())
                    .isEqualTo(service.getKey().equals("caddy") ? Set.of("NET_BIND_SERVICE") : Set.of());
        });
        assertThat(services.at("/db/user").asText()).isEqualTo("999:999");
    }

    @Test
    void backups_are_made_with_the_version_of_the_server() {
        assertThat(Repository.lines("deploy/image/Dockerfile"))
                .contains("FROM " + services.at("/db/image").asText() + " AS altops");
        assertThat(services.at("/ops/build/target").asText()).isEqualTo("altops");
        assertThat(services.at("/db/volumes").toString()).contains("database:");
        assertThat(file.path("volumes").has("database")).isTrue();
    }

    private static Set<String> words(JsonNode list) {
        Set<String> words = new TreeSet<>();
        list.forEach(word -> words.add(word.asText()));
        return words;
    }
}
