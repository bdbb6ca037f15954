package com.altcontext.ops.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void a_key_is_printed_once_listed_without_its_secret_and_revoked() {
        CommandRun added = database.altops(
                "key",
                "add",
                "looker",
                "--scope",
                "figures:read",
                "leads:read",
                "--property",
                "default",
                "--expires",
                "90d");

        assertThat(added.exit()).isEqualTo(Exit.DONE);
        assertThat(added.out()).matches("altc_[A-Za-z0-9_-]{43}\n");
        assertThat(added.err()).isEqualTo("altops: this key is shown once: store it now\n");
        String secret = added.out().strip();
        CommandRun list = database.altops("key", "list");
        assertThat(list.out())
                .matches("looker  altc_.{5}…  figures:read,leads:read  default  expires 20.*  last used never\n")
                .contains(secret.substring(0, 10))
                .doesNotContain(secret);

        assertThat(database.altops("key", "revoke", "looker"))
                .isEqualTo(new CommandRun(Exit.DONE, "revoked looker\n", ""));

        assertThat(database.altops("key", "list").out()).isEqualTo("there are no keys\n");
        assertThat(database.altops("key", "list", "--all").out())
                .contains("looker")
                .contains("revoked");
    }

    @Test
    void a_new_key_is_printed_even_with_quiet() {
        assertThat(database.altops("key", "add", "ci", "--scope", "leads:read", "--quiet")
                        .out())
                .matches("altc_.{43}\n");
    }

    @Test
    void json_output_is_one_line() {
        assertThat(database.altops("key", "add", "ci", "--scope", "leads:delete", "--json")
                        .out())
                .matches("\\{\"ok\":true,\"secret\":\"altc_.{43}\",\"key\":\\{\"name\":\"ci\",\"prefix\":\"altc_.{5}\","
                        + "\"state\":\"active\",\"scopes\":\\[\"leads:delete\"],\"properties\":null,\"share\":false,"
                        + "\"createdAt\":\"20[^\"]+\",\"expiresAt\":null,\"lastUsedAt\":null,\"revokedAt\":null}}\n");
        assertThat(database.altops("key", "list", "--json").out())
                .startsWith("{\"ok\":true,\"keys\":[{\"name\":\"ci\",");
        assertThat(database.altops("key", "revoke", "ci", "--json").out())
                .isEqualTo("{\"ok\":true,\"revoked\":\"ci\"}\n");
    }

    @Test
    void a_share_link_has_its_key_in_the_fragment() {
        Map<String, String> variables = database.with(Map.of("PUBLIC_URL", "https://stats.example.ca/"));
        CommandRun shared = CommandRun.altops(variables, "key", "share", "default");

        assertThat(shared.exit()).isEqualTo(Exit.DONE);
        assertThat(shared.out()).matches("https://stats\\.example\\.ca/dashboard#key=altc_[A-Za-z0-9_-]{43}\n");
        assertThat(database.altops("key", "list", "--json").out())
                .contains("\"name\":\"share default\"", "\"scopes\":[\"figures:read\"]", "\"properties\":[\"default\"]")
                .contains("\"share\":true")
                .doesNotContain("\"expiresAt\":null");
        assertThat(CommandRun.altops(variables, "key", "share", "default").err())
                .isEqualTo(
                        "altops: there is already a key named share default — choose another name, or revoke that one: altops key revoke\n");
        assertThat(database.altops("key", "share", "default", "--name", "x").err())
                .startsWith("altops: PUBLIC_URL is missing or wrong");
    }

    @ParameterizedTest
    @CsvSource({
        "key add x --scope all, 2, --scope is wrong",
        "key add x, 2, Missing required option: '--scope=SCOPE",
        "key add x --scope figures:read --expires soon, 2, --expires is wrong",
        "key add x --scope figures:read --expires 2020-01-01, 2, --expires is wrong",
        "key add x --scope figures:read --expires 0d, 2, --expires is wrong",
        "key add x --scope figures:read --expires +999999999-12-31, 2, --expires is wrong",
        "key add x --scope figures:read --expires +99999999-12-31, 2, --expires is wrong",
        "key add x --scope figures:read --property unheard-of, 1, there is no property unheard-of",
        "key add taken --scope figures:read, 1, there is already a key named taken",
        "key revoke x, 1, there is no key of that name",
    })
    void a_refusal_says_what_to_do_next(String line, int exit, String what) {
        var _ = database.altops("key", "add", "taken", "--scope", "figures:read");
        CommandRun ran = database.altops(line.split(" ", -1));

        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.err()).startsWith("altops: " + what).contains(" — ").hasLineCount(1);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void the_last_day_with_four_digits_can_be_an_expiry() {
        assertThat(database.altops("key", "add", "x", "--scope", "figures:read", "--expires", "9999-12-31")
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(database.altops("key", "list").out()).contains("expires +10000-01-01");
        assertThat(database.altops("key", "list", "--json").out()).contains("\"expiresAt\":\"+10000-01-01T00:00:00Z\"");
    }

    /** Only its hash is stored, so nobody could ever use it. */
    @ParameterizedTest
    @ValueSource(strings = {"key add looker --scope figures:read", "key share default", "key share default --json"})
    void a_key_that_cannot_be_printed_is_not_stored(String line) {
        Map<String, String> variables = database.with(Map.of("PUBLIC_URL", "https://stats.example.ca/"));
        CommandRun lost = CommandRun.withoutOutput(variables, line.split(" ", -1));

        assertThat(lost)
                .isEqualTo(
                        new CommandRun(
                                Exit.FAILED,
                                "",
                                "altops: the output could not be written — check that the disk has space, then run it again\n"));
        assertThat(database.number("SELECT (SELECT count(*) FROM access_keys) + (SELECT count(*) FROM audit_log)"))
                .isZero();
        assertThat(CommandRun.altops(variables, line.split(" ", -1)).exit()).isEqualTo(Exit.DONE);
    }

    @Test
    void status_names_keys_that_expire_soon() {
        var _ = database.altops("key", "add", "soon", "--scope", "figures:read", "--expires", "13d");
        var _ = database.altops("key", "add", "later", "--scope", "figures:read", "--expires", "14d");

        assertThat(database.altops("status").out())
                .containsPattern("key expires +20.*, soon\n")
                .doesNotContain("later");
        assertThat(database.altops("status", "--json").out())
                .contains("\"endingKeys\":[{\"name\":\"soon\",\"expiresAt\":\"20");
    }

    @Test
    void a_key_for_a_removed_property_gives_access_to_nothing() {
        database.run("INSERT INTO properties (id, name) VALUES ('docs', 'Docs')");
        var _ = database.altops("key", "add", "x", "--scope", "figures:read", "--property", "docs");

        var _ = database.altops("property", "remove", "docs");

        assertThat(database.number("SELECT count(*) FROM access_keys WHERE properties = '{}'"))
                .isEqualTo(1);
        assertThat(database.altops("key", "list").out())
                .matches("x  altc_.{5}…  figures:read  no property  expires never  last used never\n");
    }
}
