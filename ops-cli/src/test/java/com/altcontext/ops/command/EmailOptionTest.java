package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailOptionTest {
    private static final String JO = "jo@example.ca";
    private static final Map<String, String> SECRETS =
            Map.of("IP_HASH_PEPPER", "sixteen characters and more", "PUBLIC_URL", "https://api.example.ca");

    private final MigratedDatabase database = MigratedDatabase.fresh();

    /** Otherwise the command would be done for the first address, and the others would be lost without a word. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lead delete --yes",
                "lead export",
                "lead unsubscribe",
                "lead unsubscribe-link",
                "lead consent --status express --reason sheet",
                "lead review --accept",
                "consent certificate"
            })
    void a_second_address_on_standard_input_is_wrong_usage_and_nothing_is_done(String command) {
        database.lead("default", JO);
        CommandRun ran = CommandRun.piped(
                database.with(SECRETS), JO + "\n\nkim@example.ca\n", (command + " --email -").split(" ", -1));

        assertThat(ran)
                .isEqualTo(new CommandRun(
                        Exit.USAGE,
                        "",
                        "altops: standard input must hold one address — run the command once for each address\n"));
        assertThat(database.number("SELECT (SELECT count(*) FROM leads) + (SELECT count(*) FROM consent_events)"))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {JO, JO + "\n", JO + "\r\n \r\n", "\n" + JO + "\n\n\n"})
    void blank_lines_around_the_address_do_not_matter(String sent) {
        database.lead("default", JO);
        CommandRun ran = CommandRun.piped(database.with(SECRETS), sent, "lead", "delete", "--yes", "--email", "-");

        assertThat(ran.err()).isEmpty();
        assertThat(database.number("SELECT count(*) FROM leads")).isZero();
    }

    @Test
    void on_a_terminal_the_line_after_the_address_answers_the_question() {
        database.lead("default", JO);
        CommandRun ran =
                CommandRun.onTerminal(database.with(SECRETS), JO + "\nyes\n", "lead", "delete", "--email", "-");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(database.number("SELECT count(*) FROM leads")).isZero();
    }

    @Test
    void standard_input_that_cannot_be_read_is_not_an_empty_address() {
        assertThat(CommandRun.withoutInput(database.with(SECRETS), "lead", "delete", "--yes", "--email", "-"))
                .isEqualTo(new CommandRun(
                        Exit.USAGE,
                        "",
                        "altops: standard input could not be read — send it through a pipe, or type it\n"));
    }

    @Test
    void empty_standard_input_holds_no_address() {
        CommandRun ran = CommandRun.piped(database.with(SECRETS), "\n", "lead", "delete", "--yes", "--email", "-");

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).startsWith("altops: --email must be 1 to 320 characters");
    }
}
