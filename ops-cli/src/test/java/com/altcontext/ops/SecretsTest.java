package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.devdb.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No command prints a secret, the address of the database or an e-mail address, even when it fails. */
class SecretsTest {
    private static final String PASSWORD = "hidden-password";
    private static final String PEPPER = "hidden-pepper-of-the-service";
    private static final String JO = "jo.hidden@example.ca";

    private static final List<String> LINES = List.of(
            "migrate status",
            "migrate verify",
            "migrate --dry-run",
            "migrate",
            "status",
            "rollup",
            "rollup status",
            "rollup check",
            "rollup --day 2001-01-01",
            "retention purge --dry-run",
            "retention purge",
            "property list",
            "property add docs --name Docs --domain docs.example.ca",
            "property remove docs",
            "property remove default",
            "property remove " + JO,
            "goal list " + JO,
            "goal add " + JO + " signup --path /thanks",
            "key add reader --scope figures:read --property " + JO,
            "report send --property " + JO,
            "rollup --property " + JO,
            "rollup check --property " + JO,
            "webhook test https://receiver.example.ca/" + PASSWORD,
            "webhook replay https://receiver.example.ca/" + PASSWORD,
            "webhook remove https://receiver.example.ca/" + PASSWORD,
            "lead unsubscribe --email " + JO,
            "lead unsubscribe-link --email " + JO,
            "lead export --out /no/such/directory/file --email " + JO,
            "lead delete --email " + JO,
            "lead delete --yes --email " + JO,
            "lead delete --yes --email " + JO + " " + JO,
            "lead delete --yes --emial=" + JO,
            "lead delete --yes --email " + JO + "@",
            "status " + PASSWORD,
            "status --password " + PASSWORD,
            "status --fly-app " + PASSWORD + "!",
            "status --fly-timeout " + PASSWORD,
            "help " + PASSWORD);

    private final String role = "altops_" + UUID.randomUUID().toString().replace("-", "");
    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final MigratedDatabase empty = new MigratedDatabase(TestDatabase.fresh());

    @BeforeEach
    void make_a_role_with_a_password() {
        database.run("CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD '" + PASSWORD + "'");
        database.lead("default", JO);
    }

    @AfterEach
    void drop_the_role() {
        empty.run("DROP OWNED BY " + role + " CASCADE");
        database.run("DROP OWNED BY " + role + " CASCADE", "DROP ROLE " + role);
    }

    @Test
    @Tag("slow")
    void no_command_shows_a_secret_on_any_database() {
        DatabaseUrl there = DatabaseUrl.parse(database.url());
        DatabaseUrl other = DatabaseUrl.parse(empty.url());
        for (String url : List.of(
                url(there, there.hosts().getFirst().port(), there.database()),
                url(there, there.hosts().getFirst().port(), other.database()),
                url(there, there.hosts().getFirst().port(), "no_such_database"),
                url(there, 1, there.database()),
                "postgres://" + role + ":" + PASSWORD + "@no-such-host.invalid/db",
                "postgres://" + role + ":" + PASSWORD + "@%zz/db",
                "jdbc:postgresql://h/db?password=" + PASSWORD)) {
            for (String line : LINES) {
                for (String style : List.of("", " --json", " --database-url " + url)) {
                    look(line + style, url);
                }
            }
        }
    }

    private void look(String line, String url) {
        Map<String, String> environment = Map.of(
                "DATABASE_URL",
                url,
                "IP_HASH_PEPPER",
                PEPPER,
                "PUBLIC_URL",
                "https://api.example.ca",
                "PATH",
                "/nowhere");
        List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
        CommandRun ran = CommandRun.altops(environment, words.toArray(String[]::new));

        assertThat(ran.out() + ran.err())
                .as(line)
                .isNotBlank()
                .doesNotContain("hidden", role, "no-such-host", "127.0.0.1", "defect");
    }

    private String url(DatabaseUrl there, int port, String name) {
        return "postgres://" + role + ":" + PASSWORD + "@"
                + there.hosts().getFirst().name() + ":" + port + "/" + name + "?sslmode=disable";
    }
}
