package com.altcontext.ops.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class LeadCommandTest {
    private static final String JO = "jo@example.ca";
    private static final Map<String, String> SECRETS =
            Map.of("IP_HASH_PEPPER", "sixteen characters and more", "PUBLIC_URL", "https://api.example.ca/");

    private final MigratedDatabase database = MigratedDatabase.fresh();

    @TempDir
    private Path directory;

    @Test
    void a_person_is_erased_on_every_property_and_a_second_erasure_finds_nothing() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        database.lead("default", JO);
        database.lead("docs", JO);
        database.lead("docs", "kim@example.ca");
        CommandRun first = altops("lead", "delete", "--email", " JO@Example.CA ", "--yes");
        CommandRun second = altops("lead", "delete", "--email", JO, "--yes");

        assertThat(first.err()).isEmpty();
        assertThat(first.exit()).isEqualTo(Exit.DONE);
        assertThat(first.out())
                .startsWith("erased 2 leads, 0 submissions, 2 rows of consent")
                .doesNotContain("jo@", "JO@");
        assertThat(second.exit()).isEqualTo(Exit.FAILED);
        assertThat(second.err()).isEqualTo("altops: nothing is held about this address — check its spelling\n");
        assertThat(database.number("SELECT count(*) FROM leads")).isOne();
        assertThat(database.number("SELECT count(*) FROM erasure_log WHERE erased_by = 'altops'"))
                .isOne();
        assertThat(database.number("""
                SELECT row_count FROM audit_log JOIN erasure_log ON erased_at = done_at
                WHERE action = 'lead_delete' AND done_by = 'altops'
                """)).isEqualTo(2);
        assertThat(database.altops("status").out()).containsPattern("last erasure +20");
    }

    @Test
    void the_time_of_an_erasure_comes_from_the_database_and_not_from_this_machines_clock() {
        database.lead("default", JO);
        CommandRun ran = CommandRun.at(
                CommandRun.NOW.minus(Duration.ofHours(5)),
                database.with(SECRETS),
                "lead",
                "delete",
                "--email",
                JO,
                "--yes");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM erasure_log WHERE erased_at > now() - interval '1 hour'"))
                .isOne();
    }

    @Test
    void deleting_asks_for_confirmation_on_a_terminal() {
        database.lead("default", JO);
        Map<String, String> environment = database.with(SECRETS);
        CommandRun unsure = CommandRun.onTerminal(environment, "no\n", "lead", "delete", "--email", JO);
        assertThat(unsure.exit()).isEqualTo(Exit.FAILED);
        assertThat(unsure.err())
                .startsWith("Erase this person on every property?")
                .contains("not confirmed");
        assertThat(database.number("SELECT count(*) FROM leads")).isOne();

        CommandRun sure = CommandRun.onTerminal(environment, "yes\n", "lead", "delete", "--email", JO);
        assertThat(sure.exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM leads")).isZero();
    }

    @Test
    void deleting_without_a_terminal_or_yes_is_wrong_usage() {
        database.lead("default", JO);
        CommandRun ran = CommandRun.piped(database.with(SECRETS), "yes\n", "lead", "delete", "--email", JO);

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).isEqualTo("altops: there is no terminal to ask for confirmation — give --yes\n");
        assertThat(database.number("SELECT count(*) FROM leads")).isOne();
    }

    @Test
    void the_address_may_come_through_a_pipe_so_that_no_process_list_shows_it() {
        database.lead("default", JO);
        CommandRun ran = CommandRun.piped(
                database.with(SECRETS), JO + "\n", "lead", "delete", "--email", "-", "--yes", "--json");

        assertThat(ran.out()).startsWith("{\"ok\":true,\"deleted\":true,\"leads\":1,");
    }

    @Test
    void an_export_is_written_to_a_file_that_only_its_owner_can_read() throws IOException {
        database.lead("default", JO);
        Path file = directory.resolve("jo.json");
        CommandRun ran = altops("lead", "export", "--email", JO, "--out", file.toString());

        assertThat(ran).isEqualTo(new CommandRun(Exit.DONE, "written to " + file + "\n", ""));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file))
                .startsWith("{\"ok\":true,\"email\":\"jo@example.ca\"")
                .contains("https://api.example.ca/v1/leads/unsubscribe/");
        assertThat(altops("lead", "export", "--email", JO, "--out", file.toString())
                        .exit())
                .as("an existing file is not overwritten")
                .isEqualTo(Exit.FAILED);
        assertThat(CommandRun.altops(
                                database.with(Map.of("IP_HASH_PEPPER", "sixteen characters and more")),
                                "lead",
                                "export",
                                "--email",
                                JO)
                        .out())
                .startsWith("{\"ok\":true,\"email\":\"jo@example.ca\"")
                .doesNotContain("unsubscribe/");
    }

    @Test
    void each_export_of_a_known_person_leaves_a_row_in_the_audit_log() {
        database.lead("default", JO);
        altops("lead", "export", "--email", JO);
        altops("lead", "export", "--email", JO);
        altops("lead", "export", "--email", "unknown@example.ca");

        assertThat(database.number("""
                SELECT count(*) FROM audit_log
                WHERE done_by = 'altops' AND action = 'lead_export' AND row_count = 1 AND ip_hash IS NULL
                  AND octet_length(email_hash) = 32 AND audit_log::text NOT LIKE '%@%'
                """)).isEqualTo(2);
        assertThat(database.number("SELECT count(*) FROM audit_log")).isEqualTo(2);
        assertThat(database.number("SELECT count(DISTINCT email_hash) FROM audit_log"))
                .isOne();
    }

    @Test
    void an_export_names_what_is_wrong_with_its_file() throws IOException {
        database.lead("default", JO);
        Path existing = Files.createFile(directory.resolve("jo.json"));

        assertThat(altops("lead", "export", "--email", JO, "--out", existing.toString()))
                .isEqualTo(new CommandRun(
                        Exit.FAILED, "", "altops: that file already exists — name another with --out\n"));
        assertThat(existing).isEmptyFile();
        assertThat(altops("lead", "export", "--email", JO, "--out", ""))
                .isEqualTo(new CommandRun(Exit.USAGE, "", "altops: --out is empty — name a new file\n"));
        assertThat(altops("lead", "export", "--email", JO, "--out", existing + "/jo.json"))
                .isEqualTo(new CommandRun(
                        Exit.FAILED,
                        "",
                        "altops: the file could not be written — name a new file in a directory of yours\n"));
    }

    @Test
    void an_unknown_address_leaves_no_file_behind() {
        Path file = directory.resolve("unknown.json");
        CommandRun ran = altops("lead", "export", "--email", "unknown@example.ca", "--out", file.toString());

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(file).doesNotExist();
        assertThat(altops("lead", "export", "--email", "unknown@example.ca").out())
                .isEmpty();
    }

    @Test
    void consent_is_withdrawn_on_the_given_property_or_else_on_all() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        database.lead("default", JO);
        database.lead("docs", JO);

        assertThat(altops("lead", "unsubscribe", "--email", JO, "--property", "docs", "--reason", "asked by phone")
                        .out())
                .isEqualTo("withdrew the consent of 1 of 1 lead\n");
        assertThat(altops("lead", "unsubscribe", "--email", JO).out())
                .isEqualTo("withdrew the consent of 1 of 2 leads; 1 had withdrawn before\n");
        assertThat(database.number(
                        "SELECT count(*) FROM consent_events WHERE source = 'operator' AND status = 'withdrawn'"))
                .isEqualTo(2);
        assertThat(database.number("SELECT count(*) FROM consent_events WHERE reason = 'asked by phone'"))
                .isOne();
        assertThat(altops("lead", "unsubscribe", "--email", "unknown@example.ca")
                        .exit())
                .isEqualTo(Exit.FAILED);
    }

    @Test
    void an_unsubscribe_link_is_printed_for_each_property_with_its_header_fields() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        database.lead("default", JO);
        database.lead("docs", JO);
        CommandRun ran = altops("lead", "unsubscribe-link", "--email", JO);

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out())
                .matches("default: (https://api.example.ca/v1/leads/unsubscribe/[\\w-]+)\n  List-Unsubscribe: <\\1>\n"
                        + "  List-Unsubscribe-Post: List-Unsubscribe=One-Click\ndocs: (?s).*");
        assertThat(altops("lead", "unsubscribe-link", "--email", JO, "--property", "docs", "--json")
                        .out())
                .startsWith("{\"ok\":true,\"links\":[{\"property\":\"docs\",\"url\":\"https://api.example.ca/");
        assertThat(altops("lead", "unsubscribe-link", "--email", JO, "--property", "blog")
                        .exit())
                .isEqualTo(Exit.FAILED);
    }

    /** The first step of a change of the pepper in docs/operations.md. */
    @Test
    void with_the_old_pepper_as_unsubscribe_secret_the_links_are_the_same_as_before() {
        database.lead("default", JO);
        String link = "lead unsubscribe-link --email " + JO;
        String sent = altopsWith(Map.of("IP_HASH_PEPPER", "the pepper before"), link);

        assertThat(altopsWith(
                        Map.of("IP_HASH_PEPPER", "the pepper after", "UNSUBSCRIBE_SECRET", " the pepper before\n"),
                        link))
                .isEqualTo(sent);
        assertThat(altopsWith(Map.of("IP_HASH_PEPPER", "the pepper after"), link))
                .isNotEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "consent certificate",
                "lead consent --status express --reason sheet",
                "lead unsubscribe",
                "lead unsubscribe-link"
            })
    void an_unknown_property_is_not_reported_as_an_unknown_address(String command) {
        CommandRun ran = altops((command + " --email " + JO + " --property nosuch").split(" ", -1));

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).startsWith("altops: there is no property nosuch — ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete --yes", "export", "unsubscribe", "unsubscribe-link"})
    void an_invalid_address_is_wrong_usage_and_not_shown(String command) {
        CommandRun ran = altops(("lead " + command + " --email not-an-address").split(" ", -1));

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .startsWith("altops: --email must be an e-mail address — ")
                .doesNotContain("not-an");
    }

    @ParameterizedTest
    @CsvSource({
        "delete --yes, IP_HASH_PEPPER",
        "export, IP_HASH_PEPPER",
        "unsubscribe-link, IP_HASH_PEPPER",
    })
    void a_missing_secret_is_named(String command, String variable) {
        database.lead("default", JO);
        CommandRun ran = CommandRun.altops(
                database.with(Map.of("PUBLIC_URL", "https://api.example.ca", "IP_HASH_PEPPER", "short")),
                ("lead " + command + " --email " + JO).split(" ", -1));

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: " + variable + " is missing or wrong — set it to at least 16");
        assertThat(database.number("SELECT count(*) FROM leads")).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://api.example.ca",
                "api.example.ca",
                "https://u:p@api.example.ca",
                "https://api.example.ca?a"
            })
    void an_unsubscribe_link_needs_a_valid_https_public_url(String url) {
        CommandRun ran = CommandRun.altops(
                database.with(Map.of("PUBLIC_URL", url, "IP_HASH_PEPPER", "sixteen characters and more")),
                "lead",
                "unsubscribe-link",
                "--email",
                JO);

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: PUBLIC_URL is missing or wrong");
    }

    @Test
    void on_fly_links_have_the_address_of_the_app_unless_public_url_is_set() {
        database.lead("default", JO);
        Map<String, String> variables =
                database.with(Map.of("FLY_APP_NAME", "our-figures", "IP_HASH_PEPPER", "sixteen characters and more"));
        List<String[]> commands =
                List.of(new String[] {"lead", "unsubscribe-link", "--email", JO}, new String[] {"lead", "mailable"});
        for (String[] command : commands) {
            assertThat(CommandRun.altops(variables, command).out())
                    .contains("https://our-figures.fly.dev/v1/leads/unsubscribe/");
        }
        variables.put("PUBLIC_URL", "https://api.example.ca");
        for (String[] command : commands) {
            assertThat(CommandRun.altops(variables, command).out())
                    .contains("https://api.example.ca/v1/leads/unsubscribe/");
        }
    }

    @Test
    void a_secret_with_a_character_that_the_locale_cannot_read_is_refused() {
        CommandRun ran = CommandRun.altops(
                database.with(Map.of("IP_HASH_PEPPER", "sixteen characters and \uFFFD")),
                "lead",
                "delete",
                "--yes",
                "--email",
                JO);

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: IP_HASH_PEPPER has a character that cannot be read here — ");
    }

    private String altopsWith(Map<String, String> secrets, String command) {
        Map<String, String> variables = database.with(secrets);
        variables.put("PUBLIC_URL", "https://api.example.ca");
        CommandRun ran = CommandRun.altops(variables, command.split(" ", -1));
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        return ran.out();
    }

    private CommandRun altops(String... args) {
        return CommandRun.altops(database.with(SECRETS), args);
    }
}
