package com.altcontext.ops.goal;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoalCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void a_goal_is_added_listed_and_removed() {
        CommandRun page = database.altops("goal", "add", "default", "signup", "--path", "/thanks*");
        CommandRun event =
                database.altops("goal", "add", "default", "pro plan", "--event", "plan_chosen", "--prop", "plan=pro");

        assertThat(page.exit()).isEqualTo(Exit.DONE);
        assertThat(page.out()).startsWith("added signup, counted on ");
        assertThat(event.exit()).isEqualTo(Exit.DONE);
        assertThat(database.altops("goal", "list", "default").out()).isEqualTo("""
                default  pro plan  event plan_chosen with plan=pro
                default  signup  path /thanks*
                """);
        assertThat(database.altops("goal", "remove", "default", "signup"))
                .isEqualTo(new CommandRun(Exit.DONE, "removed signup\n", ""));
        assertThat(database.altops("goal", "list").out()).hasLineCount(1);
        assertThat(database.number("SELECT count(*) FROM audit_log"
                        + " WHERE action = 'goal_added' AND done_by = 'altops' AND property_id = 'default'"))
                .isEqualTo(2);
    }

    @Test
    void a_pattern_that_fits_no_page_of_a_website_is_pointed_out() {
        assertThat(database.altops("goal", "add", "default", "signup", "--path", "thanks")
                        .err())
                .isEqualTo(
                        "altops: pages of a website begin with /, so this goal counts none: did you mean /thanks?\n");
        assertThat(database.altops("goal", "add", "default", "bought", "--path", "*/bought")
                        .err())
                .isEmpty();
    }

    @Test
    void json_output_is_one_line() {
        assertThat(database.altops("goal", "add", "default", "asks", "--event", "form_submit", "--json")
                        .out())
                .startsWith(
                        "{\"ok\":true,\"goal\":{\"property\":\"default\",\"name\":\"asks\",\"event\":\"form_submit\",\"prop\":null},"
                                + "\"days\":");
        assertThat(database.altops("goal", "list", "--json").out())
                .startsWith(
                        "{\"ok\":true,\"goals\":[{\"property\":\"default\",\"name\":\"asks\",\"event\":\"form_submit\","
                                + "\"prop\":null,\"createdAt\":\"20");
        assertThat(database.altops("goal", "remove", "default", "asks", "--json")
                        .out())
                .isEqualTo("{\"ok\":true,\"property\":\"default\",\"removed\":\"asks\"}\n");
    }

    @ParameterizedTest
    @CsvSource({
        "goal add default signup --path /again, 1, default has a goal of that name already",
        "goal add unknown signup --path /thanks, 1, there is no property unknown",
        "goal add default other, 2, --path is required if there is no event",
        "goal add default other --path / --event x, 2, --path is required if there is no event",
        "goal add default other --event x --prop plan, 2, --prop must be like plan=pro",
        "goal add default, 2, Missing required parameter: 'NAME'",
        "goal remove default other, 1, there is no goal of that name on the property",
    })
    void a_refusal_says_what_to_do_next(String line, int exit, String what) {
        database.run("INSERT INTO goals (property_id, name, path_pattern) VALUES ('default', 'signup', '/thanks')");
        CommandRun ran = database.altops(line.split(" ", -1));

        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.err()).startsWith("altops: " + what).contains(" — ").hasLineCount(1);
        assertThat(ran.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"two\nlines", "a\u001b[31mcolour", "tab\there"})
    void a_name_with_control_characters_is_refused(String name) {
        assertThat(database.altops("goal", "add", "default", name, "--path", "/"))
                .isEqualTo(new CommandRun(
                        Exit.USAGE,
                        "",
                        "altops: NAME must not contain control characters — see: altops goal add --help\n"));
    }

    @Test
    void a_goal_is_removed_with_its_property() {
        database.run("INSERT INTO properties (id, name) VALUES ('docs', 'Docs')");
        var _ = database.altops("goal", "add", "docs", "signup", "--path", "/thanks");

        assertThat(database.altops("property", "remove", "docs").exit()).isEqualTo(Exit.DONE);

        assertThat(database.altops("goal", "list").out()).isEqualTo("there are no goals\n");
    }
}
