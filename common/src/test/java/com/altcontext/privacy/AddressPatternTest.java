package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.Email;
import com.altcontext.testing.Database;
import java.text.Normalizer;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPatternTest {
    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    private static boolean holds(String text, String address) {
        AddressPattern pattern = AddressPattern.of(new Email(address));
        boolean precise = database.count("SELECT (? ~* ?)::int", text, pattern.precise()) == 1;
        boolean rough = database.count("SELECT (? ~* ?)::int", text, pattern.rough()) == 1;
        assertThat(rough || !precise)
                .as("the rough pattern matches all that the precise one does")
                .isTrue();
        return precise;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bob@x.ca",
                "BOB@X.CA",
                "write to bob@x.ca.",
                "write to bob@x.ca, or call",
                "write to...bob@x.ca",
                "Bob <bob@x.ca>",
                "'bob@x.ca'",
                "(bob@x.ca)",
                "bob@x.ca/home",
                "mailto:bob@x.ca?subject=hello",
                "/thanks?mail=bob@x.ca&x=1",
                "/thanks?mail=bob%40x.ca&x=1",
                "/thanks?mail=bob%40X.CA",
                "/thanks?to=%2Fa%3Fmail%3Dbob%2540x.ca",
                "hello%20bob%40x.ca",
                "hello+bob%40x.ca",
                "bob%40x%2Eca",
                "a@b.c,bob@x.ca",
                "line\nbob@x.ca\nline",
                "bob@x.ca-",
                "bob@x.caです",
                "{\"m\":\"hello\\nbob@x.ca\\tbye\"}",
                "{\"m\":\"{\\\"m\\\":\\\"hello\\\\rbob@x.ca\\\"}\"}",
                "{\"m\":\"\\u003cbob@x.ca\\u003E\"}",
                "?data=%7B%22m%22%3A%22a%5Cnbob%40x.ca%22%7D",
                "{\"m\":\"bob\\u0040x.ca\"}",
                "{\"m\":\"{\\\"m\\\":\\\"bob\\\\u0040x.ca\\\"}\"}",
                "?data=%7B%22m%22%3A%22bob%5Cu0040x.ca%22%7D",
            })
    void an_address_is_found_however_it_is_written(String text) {
        assertThat(holds(text, "bob@x.ca")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jimbob@x.ca",
                "jim.bob@x.ca",
                "jim-bob@x.ca",
                "jim_bob@x.ca",
                "jim+bob@x.ca",
                "jim%2Bbob%40x.ca",
                "jim+bob\\u0040x.ca",
                "bob\\u0040x.cat",
                "jim%2Ebob@x.ca",
                "o'bob@x.ca",
                "{\"m\":\"nbob@x.ca\"}",
                "\nnbob@x.ca",
                "{\"m\":\"jim\\u002Bbob@x.ca\"}",
                "bob@x.ca.example",
                "bob@x.cat",
                "bob@x.ca-x.org",
                "bob@x-ca",
                "bob@xxca",
                "bob@yx.ca",
                "bob@y.x.ca",
                "bob at x.ca",
                "bob",
                "",
            })
    void another_address_is_left_alone(String text) {
        assertThat(holds(text, "bob@x.ca")).isFalse();
    }

    @Test
    void special_characters_in_an_address_match_only_themselves() {
        String address = "a.b+c*d?e{2}|f^g$@x.ca";

        assertThat(holds("to " + address, address)).isTrue();
        assertThat(holds("/?to=a.b%2Bc%2Ad%3Fe%7B2%7D%7Cf%5Eg%24%40x.ca", address))
                .isTrue();
        assertThat(holds("to aXb+c*d?e{2}|f^g$@x.ca", address)).isFalse();
    }

    @Test
    void characters_that_are_escaped_as_in_json_are_found() {
        assertThat(holds("{\"to\":\"jo\\u002Bnews@x.ca\"}", "jo+news@x.ca")).isTrue();
        assertThat(holds("{\"to\":\"jo@b\\u00fccher.example\"}", "jo@bücher.example"))
                .isTrue();
    }

    @Test
    void an_internationalized_domain_is_found_in_every_spelling() {
        String address = "jo@bücher.example";

        assertThat(holds("jo@xn--bcher-kva.example", address)).isTrue();
        assertThat(holds("Jo@Bücher.Example", address)).isTrue();
        assertThat(holds("JO@BÜCHER.EXAMPLE", address)).isTrue();
        assertThat(holds(Normalizer.normalize("jo@bücher.example", Normalizer.Form.NFD), address))
                .isTrue();
        assertThat(holds("?m=jo%40b%C3%BCcher.example", address)).isTrue();
        assertThat(holds("?m=jo%40b%c3%9ccher.example".toUpperCase(Locale.ROOT), address))
                .isTrue();
        assertThat(holds("jo@bücher。example", address)).as("IDNA's other dots").isTrue();
        assertThat(holds("jo@bücher%EF%BC%8Eexample", address)).isTrue();
        assertThat(holds("jo@bucher.example", address)).isFalse();
    }

    @Test
    void a_pattern_is_never_printed() {
        assertThat(AddressPattern.of(new Email("jo@example.ca"))).hasToString("AddressPattern");
    }
}
