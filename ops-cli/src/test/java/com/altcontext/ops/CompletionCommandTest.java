package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.command.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "altops mig, migrate",
        "altops migrate ver, verify",
        "altops migrate --dr, --dry-run",
        "altops completion z, zsh",
    })
    void bash_completes_commands_options_and_choices(String line, String completed) throws Exception {
        assertThat(completed(line)).isEqualTo(completed);
    }

    @Test
    void any_other_shell_is_wrong_usage() {
        assertThat(CommandRun.altops(Map.of(), "completion", "fish").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void one_script_serves_every_shell() {
        assertThat(CommandRun.altops(Map.of(), "completion"))
                .isEqualTo(CommandRun.altops(Map.of(), "completion", "bash"))
                .isEqualTo(CommandRun.altops(Map.of(), "completion", "zsh"));
    }

    @Test
    void zsh_reads_the_script_through_bashcompinit() {
        CommandRun ran = CommandRun.altops(Map.of(), "completion", "zsh");

        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        assertThat(ran.out()).contains("bashcompinit", "complete -F");
    }

    /** What a bash that has sourced the script offers when Tab is pressed at the end of the line. */
    private String completed(String line) throws IOException, InterruptedException {
        CommandRun ran = CommandRun.altops(Map.of(), "completion", "bash");
        assertThat(ran.exit()).isEqualTo(Exit.DONE);
        Path script = Files.writeString(directory.resolve("altops.bash"), ran.out());
        Process bash = new ProcessBuilder("bash", "-c", """
                source "$1"
                compopt() { :; } # it works only while a line is edited
                COMP_WORDS=($2) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$2 COMP_POINT=${#2}
                "$(complete -p altops | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
                echo "${COMPREPLY[@]}"
                """, "bash", script.toString(), line)
                .redirectErrorStream(true)
                .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        return out.strip();
    }
}
