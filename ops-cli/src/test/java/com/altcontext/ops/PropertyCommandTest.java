package com.altcontext.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.devdb.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropertyCommandTest {
    private final MigratedDatabase database = MigratedDatabase.fresh();

    @Test
    void a_property_is_added_listed_and_removed() {
        CommandRun added = database.altops(
                "property", "add", "docs", "--name", "Documentation", "--domain", "docs.example.ca", "Example.org");
        CommandRun listed = database.altops("property", "list");

        assertThat(added).isEqualTo(new CommandRun(Exit.DONE, "added docs\n", ""));
        assertThat(listed.out()).isEqualTo("""
                default  Default
                docs     Documentation  docs.example.ca example.org
                """);
        assertThat(database.altops("property", "remove", "docs"))
                .isEqualTo(new CommandRun(Exit.DONE, "removed docs\n", ""));
        assertThat(database.altops("property", "list").out()).isEqualTo("default  Default\n");
    }

    @Test
    void machines_get_one_line_of_json() {
        assertThat(database.altops(
                                "property",
                                "add",
                                "docs",
                                "--name",
                                "Docs",
                                "--domain",
                                "a.ca",
                                "--domain",
                                "b.ca",
                                "--json")
                        .out())
                .startsWith(
                        "{\"ok\":true,\"property\":{\"slug\":\"docs\",\"name\":\"Docs\",\"domains\":[\"a.ca\",\"b.ca\"],"
                                + "\"createdAt\":\"20");
        assertThat(database.altops("property", "list", "--json").out())
                .startsWith("{\"ok\":true,\"properties\":[{\"slug\":\"default\"");
        assertThat(database.altops("property", "remove", "docs", "--json").out())
                .isEqualTo("{\"ok\":true,\"removed\":\"docs\"}\n");
    }

    @ParameterizedTest
    @CsvSource({
        "property add default --name Again, 1, there is a property default already",
        "property add blog --name Blog --domain docs.example.ca, 1, the domain docs.example.ca belongs to the property docs",
        "property add Blog! --name Blog --domain https://x/, 2, SLUG must be 1 to 63",
        "property add blog, 2, Missing required option: '--name=NAME'",
        "property remove unknown, 1, there is no property of that slug",
        "property remove default, 1, default is never removed",
        "property remove docs, 1, docs holds 1 visitor and 0 leads",
    })
    void a_refusal_says_what_to_do_next(String line, int exit, String what) {
        database.run(
                "INSERT INTO properties VALUES ('docs', 'Docs', '{docs.example.ca}')",
                "INSERT INTO visitors VALUES (gen_random_uuid(), 'docs', 'visitor-1', now())");
        CommandRun ran = database.altops(line.split(" ", -1));

        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.err()).startsWith("altops: " + what).contains(" — ").hasLineCount(1);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void a_missing_schema_is_reported() {
        CommandRun ran = CommandRun.altopsOn(TestDatabase.fresh(), "property", "list");

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .isEqualTo(
                        "altops: the schema is older than this release needs — apply what is pending with: altops migrate\n");
    }
}
