package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.devdb.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlyProxyTest {
    private final String url = TestDatabase.fresh();

    @TempDir
    private Path directory;

    private StandInFly fly;

    @BeforeEach
    void put_fly_on_the_path() throws IOException {
        fly = new StandInFly(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "--fly-app, app-db, '\\d+ proxy \\d+:5432 -a app-db falsefalse'",
        "--fly-cluster, 8ly3q0z, '\\d+ mpg proxy 8ly3q0z -p \\d+ falsefalse'",
    })
    void a_command_reaches_the_database_through_a_proxy_that_then_ends(String option, String name, String told)
            throws IOException {
        Ran ran = Ran.altops(fly.environment(url), "migrate", option, name);

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(Ran.altopsOn(url, "migrate", "verify").exit()).isEqualTo(Exit.DONE);
        assertThat(fly.started()).singleElement().asString().matches(told);
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void a_failed_command_ends_it_too() throws IOException {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.compute("DATABASE_URL", (_, given) -> given + "&options=-crole%3Dnobody");
        Ran ran = Ran.altops(environment, "migrate", "--fly-app", "app-db");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(fly.started()).hasSize(1);
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void fly_that_ends_early_is_told_in_its_own_words_without_the_secrets_in_them() throws IOException {
        Ran ran = Ran.altops(fly.environment(url), "migrate", "--fly-app", "refuses");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .contains(
                        "altops: fly proxy ended before the database answered, and fly said: Error: no access to *** ")
                .doesNotContain("hidden", "fdaa", "somebody");
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void fly_that_never_leads_anywhere_is_given_up() throws IOException {
        Ran ran = Ran.altops(fly.environment(url), "migrate", "--fly-app", "hangs", "--fly-timeout", "1");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("the database did not answer through fly proxy within 1 s");
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void a_wrong_password_is_told_at_once_and_as_such() throws IOException {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.compute("DATABASE_URL", (_, given) -> given.replaceAll("/[^/]*\\?", "/no_such_database?"));
        Ran ran = Ran.altops(environment, "migrate", "--fly-app", "app-db");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("the server has no database of that name");
        assertThat(fly.isLeft()).isFalse();
    }

    @Test
    void without_fly_it_says_what_to_install() {
        Map<String, String> environment = new HashMap<>(fly.environment(url));
        environment.put("PATH", directory.resolve("nothing").toString());
        Ran ran = Ran.altops(environment, "migrate", "--fly-app", "app-db");

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
    void wrong_usage_starts_nothing(String line) throws IOException {
        assertThat(Ran.altops(fly.environment(url), line.split(" ", -1)).exit()).isEqualTo(Exit.USAGE);
        assertThat(fly.started()).isEmpty();
    }

    @Test
    void the_tunnel_encrypts_and_the_rest_of_the_address_stays() {
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
