package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class FlyProxyTest {
    private final String url = TestDatabase.fresh();

    @TempDir
    private Path directory;

    private FakeFly fly;

    @BeforeEach
    void put_fly_on_the_path() throws IOException {
        fly = new FakeFly(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "--fly-app, app-db, '\\d+ proxy \\d+:5432 -a app-db falsefalsefalse'",
        "--fly-cluster, 8ly3q0z, '\\d+ mpg proxy 8ly3q0z -p \\d+ falsefalsefalse'",
    })
    void a_command_reaches_the_database_through_a_proxy_that_then_ends(String option, String name, String logged)
            throws IOException {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.compute("DATABASE_URL", (_, given) -> given + "&sslrootcert=/of/the/service");
        CommandRun ran = CommandRun.altops(environment, "migrate", option, name);

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(CommandRun.altopsOn(url, "migrate", "verify").exit()).isEqualTo(Exit.DONE);
        assertThat(fly.started()).singleElement().asString().matches(logged);
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void a_failed_command_also_ends_the_proxy() throws IOException {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.compute("DATABASE_URL", (_, given) -> given + "&options=-crole%3Dnone_such");
        CommandRun ran = CommandRun.altops(environment, "migrate", "--fly-app", "app-db");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(fly.started()).hasSize(1);
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void if_fly_ends_early_its_output_is_shown_without_secrets() throws IOException {
        CommandRun ran = CommandRun.altops(fly.environment(url), "migrate", "--fly-app", "refuses");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .contains(
                        "altops: fly proxy ended before the database answered, and fly said: Error: no access to *** ")
                .doesNotContain("hidden", "fdaa", "someone");
        assertThat(fly.isLeft()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hangs", "silent"})
    void altops_gives_up_on_a_proxy_that_never_answers(String app) throws IOException {
        CommandRun ran = CommandRun.altops(fly.environment(url), "migrate", "--fly-app", app, "--fly-timeout", "1");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("the database did not answer through fly proxy within 1 s");
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void a_refusal_by_the_database_is_shown_at_once() throws IOException {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.compute("DATABASE_URL", (_, given) -> given.replaceAll("/[^/]*\\?", "/no_such_database?"));
        CommandRun ran = CommandRun.altops(environment, "migrate", "--fly-app", "app-db");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("the server has no database of that name");
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void without_fly_altops_says_what_to_install() {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.put("PATH", directory.resolve("nothing").toString());
        CommandRun ran = CommandRun.altops(environment, "migrate", "--fly-app", "app-db");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).startsWith("altops: there is no fly on the PATH — install it (https://");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "migrate --fly-app app-db --fly-cluster 8ly3q0z",
                "migrate --fly-app --help-me",
                "migrate --fly-app a;b",
                "migrate --fly-app app-db --fly-timeout 0",
                "migrate --fly-app app-db --no-such-option",
                "migrate nonsense --fly-app app-db",
            })
    void wrong_usage_does_not_start_fly(String line) throws IOException {
        assertThat(CommandRun.altops(fly.environment(url), line.split(" ", -1)).exit())
                .isEqualTo(Exit.USAGE);
        assertThat(fly.started()).isEmpty();
    }

    @Test
    void through_the_tunnel_tls_is_off_and_the_rest_of_the_database_url_is_kept() {
        DatabaseUrl through = FlyProxy.through(
                DatabaseUrl.parse(
                        "postgres://u:p%40ss@app-db.flycast/db?sslmode=require&sslrootcert=/x&pgbouncer=true"),
                15432);

        assertThat(through.jdbcUrl())
                .startsWith("jdbc:postgresql://127.0.0.1:15432/db?")
                .contains("sslmode=disable", "prepareThreshold=0")
                .doesNotContain("sslrootcert");
        assertThat(through.password()).isEqualTo("p@ss");
    }
}
