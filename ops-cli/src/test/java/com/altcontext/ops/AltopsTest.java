package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.devdb.TestDatabase;
import com.altcontext.ops.command.Exit;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class AltopsTest {
    @ParameterizedTest
    @MethodSource("commands")
    void every_command_has_help_that_ends_with_an_example(String command) {
        CommandRun ran =
                CommandRun.altops(Map.of(), (command + " --help").strip().split(" ", -1));

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out()).contains("Usage: altops", "--json", "--database-url", "--fly-app");
        assertThat(ran.out().substring(ran.out().indexOf("Example:")))
                .as("the end of the help")
                .matches("Example:\n(  [^\n]*altops[. ][^\n]*\n)+");
        assertThat(ran.out().lines()).as("the width of a terminal").allMatch(line -> line.length() <= 80);
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void the_help_command_prints_the_same_as_the_help_option(String command) {
        String words = ("help " + command).strip();

        assertThat(CommandRun.altops(Map.of(), words.split(" ", -1)))
                .isEqualTo(CommandRun.altops(
                        Map.of(), (command + " --help").strip().split(" ", -1)));
        assertThat(CommandRun.altops(Map.of(), (words + " nonsense").split(" ", -1))
                        .exit())
                .isEqualTo(Exit.USAGE);
    }

    /** {@code altops lead unsubscribe-link} is found in {@code LeadUnsubscribeLinkCommand}. */
    @ParameterizedTest
    @MethodSource("commands")
    void a_command_is_a_class_that_is_named_after_its_words(String command) {
        CommandLine found = CommandRun.commandLine();
        StringBuilder name = new StringBuilder();
        for (String word : command.isEmpty() ? new String[0] : command.split(" ", -1)) {
            found = Objects.requireNonNull(found.getSubcommands().get(word));
            for (String part : word.split("-", -1)) {
                name.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
            }
        }

        assertThat(found.getCommandSpec().userObject().getClass().getSimpleName())
                .isEqualTo(command.isEmpty() ? "Altops" : name + "Command");
    }

    /** Every command, as the words after {@code altops}. The first is empty: altops itself. */
    private static Stream<String> commands() {
        return below(CommandRun.commandLine(), "");
    }

    private static Stream<String> below(CommandLine command, String words) {
        return Stream.concat(
                Stream.of(words),
                command.getSubcommands().entrySet().stream()
                        .flatMap(one -> below(one.getValue(), (words + " " + one.getKey()).strip())));
    }

    /** Otherwise the command would use another e-mail address, or another path of a goal, than the operator meant. */
    @Test
    void an_argument_with_a_character_that_the_locale_cannot_read_is_refused() {
        CommandRun ran =
                CommandRun.altops(Map.of(), "lead", "delete", "--yes", "--email", "jos\uFFFD\uFFFD@example.ca");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: an argument has a character that cannot be read here — run it with LC_ALL=C.UTF-8\n");
    }

    @Test
    void a_file_of_authorities_that_cannot_be_read_is_named_before_the_database_is_asked() {
        CommandRun ran = CommandRun.altops(
                Map.of("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d?sslrootcert=/nowhere/ca.pem"), "status");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: the database URL names a file in sslrootcert that cannot be read — correct DATABASE_URL\n");
    }

    @Test
    void in_the_usage_parameters_come_before_options_that_take_several_values() {
        assertThat(CommandRun.altops(Map.of(), "key", "add", "--help").out())
                .containsPattern("Usage: altops key add NAME \\[[^\n]*\n?[^\n]*--scope=SCOPE");
    }

    @Test
    void the_exit_codes_are_in_the_help() {
        assertThat(CommandRun.altops(Map.of(), "--help").out()).containsPattern("3\\s+checked, and found a problem");
    }

    @ParameterizedTest
    @CsvSource({
        "migrat, 'no such command: migrat, did you mean migrate?'",
        "stauts, 'no such command: stauts, did you mean status?'",
        "lead delte, 'no such command: delte, did you mean delete?'",
        "help migrat, 'no such command: migrat, did you mean migrate?'",
        "warm-ip, no such command",
        "hunter-77, no such command",
        "migrate postgres://user:hidden@host/db, no such command",
        "migrate --databse-url=postgres://user:hidden@host/db, 'no such option: --databse-url, did you mean --database-url?'",
        "migrate --frobnicate, no such option: --frobnicate",
        "migrate --database-url, Missing required parameter",
        "migrate --dry-run=hidden, Invalid value",
    })
    void wrong_usage_is_reported_in_one_line_without_secrets(String line, String rule) {
        CommandRun ran = CommandRun.altops(Map.of(), line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .startsWith("altops: " + rule)
                .contains(" — see: altops")
                .endsWith("--help\n");
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err()).doesNotContain("user:", "host/db");
        assertThat(ran.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lead", "property", "retention"})
    void without_a_command_the_available_commands_are_listed(String line) {
        String[] words = line.isEmpty() ? new String[0] : new String[] {line};
        CommandRun ran = CommandRun.altops(Map.of(), words);

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .isEqualTo(
                        CommandRun.altops(Map.of(), (line + " --help").strip().split(" ", -1))
                                .out())
                .contains("Commands:");
        assertThat(CommandRun.altops(Map.of(), "--json").out())
                .startsWith("{\"ok\":false,\"error\":\"a command is missing\"");
    }

    @ParameterizedTest
    @CsvSource({"rollup, --property", "retention purge, --force", "lead delete, --yes", "backup, --to", "smoke, --url"})
    void a_commands_own_options_come_before_the_shared_ones(String command, String own) {
        String help =
                CommandRun.altops(Map.of(), (command + " --help").split(" ")).out();
        String options = help.substring(help.lastIndexOf("\n      --", help.indexOf("\n      --") + 1));

        assertThat(help.indexOf(own)).isLessThan(help.indexOf("--json"));
        assertThat(options.indexOf(own)).isPositive().isLessThan(options.indexOf("--json"));
        assertThat(options.indexOf("--json")).isLessThan(options.indexOf("--database-url"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shared_options_are_listed_only_under_their_heading(String command) {
        String help = CommandRun.altops(Map.of(), (command + " --help").strip().split(" ", -1))
                .out();
        int heading = help.indexOf("\nOptions of all commands:\n");
        String shared = help.substring(heading, help.indexOf("\nExit codes:\n", heading));

        assertThat(shared)
                .contains("\n  -h, --help", "\n  -V, --version", "\n      --json", "\n      --quiet")
                .contains(
                        "\n      --database-url", "\n      --fly-app", "\n      --fly-cluster", "\n      --fly-timeout")
                .doesNotContain("--dry-run", "--email", "--property", "--url=");
        assertThat(help.lines().filter(line -> line.startsWith("      --json"))).hasSize(1);
    }

    @Test
    void without_a_database_altops_says_how_to_name_one() {
        CommandRun ran = CommandRun.altops(Map.of(), "migrate");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .isEqualTo("altops: no database was given — set DATABASE_URL to "
                        + "postgres://user:password@host:5432/database, or give --database-url\n");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://user:hidden@host:0/db, a port from 1 to 65535",
        "jdbc:postgresql://host/db?password=hidden, is a JDBC URL",
    })
    void an_invalid_database_url_is_refused_with_the_rule_that_it_breaks(String url, String rule) {
        CommandRun ran = CommandRun.altopsOn(url, "migrate", "status");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains(rule, " — correct DATABASE_URL").doesNotContain("hidden");
    }

    @Test
    void a_database_that_does_not_answer_is_reported_without_its_address() {
        CommandRun ran = CommandRun.altopsOn("postgres://user:hidden@127.0.0.1:1/db", "migrate", "--json");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: nothing answers at the database's address — check that the server, or fly proxy, is running\n");
        assertThat(ran.out())
                .startsWith("{\"ok\":false,\"error\":\"nothing answers at the database's address\",\"remedy\":\"")
                .doesNotContain("hidden", "127.0.0.1");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_is_listed_in_the_help_of_its_parent(String command) {
        Assumptions.assumeFalse(command.equals("warm-up"), "hidden");
        int last = command.lastIndexOf(' ');
        String parent = last < 0 ? "" : command.substring(0, last);

        assertThat(CommandRun.altops(Map.of(), (parent + " --help").strip().split(" ", -1))
                        .out())
                .contains(command.substring(last + 1));
    }

    @Test
    @Tag("slow")
    void status_words_are_coloured_only_on_a_terminal() {
        String url = TestDatabase.fresh();
        Map<String, String> environment = Map.of("DATABASE_URL", url);

        assertThat(CommandRun.onTerminal(environment, "", "migrate", "status").out())
                .contains("\u001b[31mpending");
        assertThat(CommandRun.altops(environment, "migrate", "status").out()).doesNotContain("\u001b");
        assertThat(CommandRun.onTerminal(environment, "", "migrate", "status", "--json")
                        .out())
                .doesNotContain("\u001b");
        assertThat(CommandRun.onTerminal(Map.of("DATABASE_URL", url, "NO_COLOR", "1"), "", "migrate", "status")
                        .out())
                .doesNotContain("\u001b");
        assertThat(CommandRun.onTerminal(Map.of("DATABASE_URL", url, "TERM", "dumb"), "", "migrate", "status")
                        .out())
                .doesNotContain("\u001b");
    }
}
