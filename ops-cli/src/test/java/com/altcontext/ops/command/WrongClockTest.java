package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine's clock may be wrong by months, after a suspension or with an empty battery. */
class WrongClockTest {
    private static final String JO = "jo@example.ca";
    private static final String ROWS = """
            SELECT (SELECT count(*) FROM consent_events) + (SELECT count(*) FROM access_keys)
                 + (SELECT count(*) FROM consent_texts) + (SELECT count(*) FROM audit_log)
            """;

    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final Map<String, String> environment = database.with(
            Map.of("IP_HASH_PEPPER", "sixteen characters and more", "PUBLIC_URL", "https://api.example.ca"));

    /** They record the time as a proof, or a key's last day, or compare it with the end of a consent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lead mailable",
                "lead consent --status express --reason sheet --email " + JO,
                "lead unsubscribe --email " + JO,
                "lead export --email " + JO,
                "lead review --accept",
                "consent certificate --email " + JO,
                "consent text add 2026-01 --language en --file pom.xml",
                "key add reader --scope figures:read --expires 1d",
                "key share default"
            })
    void a_clock_that_is_days_off_in_either_direction_is_refused(String command) {
        database.lead("default", JO);
        String[] words = command.split(" ", -1);

        CommandRun ahead = CommandRun.at(CommandRun.NOW.plus(Duration.ofDays(200)), environment, words);
        CommandRun behind = CommandRun.at(CommandRun.NOW.minus(Duration.ofDays(200)), environment, words);

        assertThat(ahead.exit()).isEqualTo(Exit.FAILED);
        assertThat(ahead.out()).isEmpty();
        assertThat(ahead.err())
                .matches("altops: this machine's clock is (199|200) days ahead of the database's"
                        + " — nothing was done; set the clock, then try again\n");
        assertThat(behind.exit()).isEqualTo(Exit.FAILED);
        assertThat(behind.out()).isEmpty();
        assertThat(behind.err())
                .matches("altops: this machine's clock is (199|200) days behind the database's"
                        + " — nothing was done; set the clock, then try again\n");
        assertThat(database.number(ROWS)).as("only the consent of the lead").isOne();
    }

    @Test
    void a_key_can_be_revoked_whatever_the_clock_shows() {
        assertThat(database.altops("key", "add", "reader", "--scope", "figures:read")
                        .exit())
                .isEqualTo(Exit.DONE);

        assertThat(CommandRun.at(CommandRun.NOW.minus(Duration.ofDays(200)), environment, "key", "revoke", "reader")
                        .out())
                .isEqualTo("revoked reader\n");
    }
}
