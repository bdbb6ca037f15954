package com.altcontext.api.event;

import static com.altcontext.api.testing.Call.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for the JSON of a body: its syntax, keys, depth, escapes and UTF-8, and the size of an answer that lists its faults. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventJsonTest {
    @Inject
    StoredRows stored;

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("", ""),
                Arguments.of("   \n", ""),
                Arguments.of("{", ""),
                Arguments.of("}", ""),
                Arguments.of("nonsense", ""),
                Arguments.of("{\"anonId\":}", "anonId"),
                Arguments.of("{\"anonId\" \"x\"}", "anonId"),
                Arguments.of("{'anonId':'x'}", ""),
                Arguments.of("{anonId:\"x\"}", ""),
                Arguments.of("{\"anonId\":\"x\",}", "anonId"),
                Arguments.of("{\"anonId\":\"x\"", "anonId"),
                Arguments.of("{\"utm\":{\"source\":\"x", "utm.source"),
                Arguments.of("{\"props\":{\"a\":+1}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":01}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":.5}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":1.}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":0x10}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":1e}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":\"\\x\"}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":\"tab\there\"}}", "props.a"),
                Arguments.of("{\"props\":{\"a\":\"\u0000\"}}", "props.a"),
                Arguments.of("{/* no comments */}", ""),
                Arguments.of("\u0000", ""),
                Arguments.of("undefined", ""));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformed_json_is_refused_and_its_path_named(String body, String path) {
        Call.Answer answer = Call.event(body).send();

        assertError(answer, 400, "invalid_request");
        assertThat(answer.json().path("issues")).hasSize(1);
        assertThat(answer.json().at("/issues/0/path").asText()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{}]", "\"text\"", "5", "true", "null"})
    void json_that_is_not_an_object_is_refused(String body) {
        Call.Answer answer = Call.event(body).send();

        assertError(answer, 400, "invalid_request");
        assertThat(answer.json().path("issues").toString()).contains("\"must be a JSON object\"");
    }

    @Test
    void content_after_the_event_is_refused() {
        assertThat(issuePaths(TestEvent.body() + "{}")).containsExactly("");
        assertThat(issuePaths(TestEvent.body() + "x")).containsExactly("");
    }

    @Test
    void a_byte_order_mark_before_the_event_is_ignored() {
        assertThat(Call.event("\uFEFF" + TestEvent.body()).send().status()).isEqualTo(202);
    }

    static Stream<Arguments> withoutValue() {
        return Stream.of(
                Arguments.of("\"props\":{\"a\":[1,2,NaN]}", "props.a.2"),
                Arguments.of("\"props\":{\"a\":Infinity}", "props.a"),
                Arguments.of("\"props\":{\"a\":-Infinity}", "props.a"),
                Arguments.of("\"timestamp\":NaN", "timestamp"),
                Arguments.of("\"unknown\":NaN", "unknown"));
    }

    static Stream<Arguments> ambiguous() {
        return Stream.of(
                Arguments.of("\"path\":\"/other\"", "path"),
                Arguments.of("\"unknown\":1,\"unknown\":1", "unknown"),
                Arguments.of("\"utm\":{\"source\":\"a\",\"source\":\"a\"}", "utm.source"),
                Arguments.of("\"props\":{\"a\":{\"b\":1,\"\\u0062\":2}}", "props.a.b"),
                Arguments.of("\"props\":{\"list\":[0,{\"x\":1,\"x\":1}]}", "props.list.1.x"));
    }

    @ParameterizedTest
    @MethodSource({"withoutValue", "ambiguous"})
    void nan_infinity_and_duplicate_keys_are_refused_and_named(String addition, String path) {
        String event = TestEvent.body().toString();

        assertThat(issuePaths(event.substring(0, event.length() - 1) + ',' + addition + '}'))
                .containsExactly(path);
    }

    @Test
    void sixteen_nesting_levels_are_accepted_and_seventeen_are_refused() {
        // The event is the first level and its props the second.
        for (String kind : List.of("{\"x\":", "[")) {
            assertThat(Call.event(nested(kind, 16)).send().status()).isEqualTo(202);

            Call.Answer answer = Call.event(nested(kind, 17)).send();
            assertError(answer, 400, "invalid_request");
            assertThat(answer.json().at("/issues/0/path").asText()).startsWith("props.");
            assertThat(answer.json().at("/issues/0/message").asText())
                    .isEqualTo("must not be nested more than 16 levels deep");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\":", "["})
    void thousands_of_levels_are_refused_like_seventeen(String kind) {
        for (int levels : new int[] {1_000, 5_000, 10_000}) {
            Call.Answer answer = Call.event(nested(kind, levels)).send();
            assertError(answer, 400, "invalid_request");
            assertThat(answer.json().at("/issues/0/path").asText()).startsWith("props.");
        }
        assertError(Call.event(kind.repeat(10_000)).send(), 400, "invalid_request");
        assertError(Call.batch(nested(kind, 900)).send(), 400, "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\":", "["})
    void thousands_of_levels_in_one_event_do_not_refuse_its_neighbours(String kind) {
        Call.Answer answer = Call.batch(
                        "[" + TestEvent.body() + "," + nested(kind, 5_000) + "," + TestEvent.body() + "]")
                .send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("results").findValuesAsText("ok")).containsExactly("true", "false", "true");
        assertThat(answer.json().at("/results/1/issues/0/message").asText())
                .isEqualTo("must not be nested more than 16 levels deep");
    }

    private static String nested(String kind, int levels) {
        // The event and its props are objects in any case, so they are two of the levels.
        String close = kind.equals("[") ? "]" : "}";
        String event = TestEvent.body().toString();
        return event.substring(0, event.length() - 1) + ",\"props\":{\"deep\":" + kind.repeat(levels - 2)
                + "1".repeat(kind.equals("[") ? 0 : 1) + close.repeat(levels - 2) + "}}";
    }

    // --- text that is not Unicode

    static Stream<Arguments> escapes() {
        return Stream.of(
                Arguments.of("\"path\":\"/a\\u0000\"", "path"),
                Arguments.of("\"path\":\"/\\ud83d\"", "path"),
                Arguments.of("\"path\":\"/\\ude80\\ud83d\"", "path"),
                Arguments.of("\"path\":\"/\",\"utm\":{\"source\":\"\\udfff\"}", "utm.source"),
                Arguments.of("\"path\":\"/\",\"props\":{\"a\":[\"\\u0000\"]}", "props.a.0"),
                Arguments.of("\"path\":\"/\",\"props\":{\"a\\u0000\":1}", "props"),
                Arguments.of("\"path\":\"/\",\"props\":{\"\\ud800\":{\"b\":1}}", "props"),
                Arguments.of("\"path\":\"/\",\"unknown\":\"\\ud800\"", "unknown"));
    }

    @ParameterizedTest
    @MethodSource("escapes")
    void nul_and_unpaired_surrogates_are_refused_and_named(String fields, String path) {
        assertThat(issuePaths("{\"anonId\":\"anon-0000\",\"eventType\":\"x\"," + fields + "}"))
                .containsExactly(path);
    }

    @Test
    void an_escaped_surrogate_pair_is_accepted() {
        String anonId = "anon-" + UUID.randomUUID();
        Call.Answer answer = Call.event(
                        "{\"anonId\":\"%s\",\"eventType\":\"x\",\"path\":\"/\\ud83d\\ude80\"}".formatted(anonId))
                .send();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(stored.event(anonId).path("path").asText()).isEqualTo("/\uD83D\uDE80");
    }

    static Stream<Arguments> notUtf8() {
        return Stream.of(
                Arguments.of("a continuation byte without a start byte", "\u0080"),
                Arguments.of("latin-1", "caf\u00e9"),
                Arguments.of("bytes that never occur in UTF-8", "\u00fe\u00ff"),
                Arguments.of("a truncated sequence", "\u00f0\u009f\u009a"),
                Arguments.of("an overlong slash", "\u00c0\u00af"),
                Arguments.of("an overlong NUL", "\u00c0\u0080"),
                Arguments.of("a surrogate", "\u00ed\u00a0\u0080"),
                Arguments.of("a surrogate pair in CESU-8", "\u00ed\u00a0\u00bd\u00ed\u00ba\u0080"),
                Arguments.of("beyond the last code point", "\u00f4\u0090\u0080\u0080"),
                Arguments.of("an invalid byte before an escaped surrogate", "\u00ff\\udc00"),
                Arguments.of("an invalid byte after an escaped surrogate", "\\ud800\u00ff"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notUtf8")
    void bytes_that_are_not_utf8_are_refused(String what, String latin1) {
        String anonId = "anon-" + UUID.randomUUID();
        for (String template : List.of(
                "{\"anonId\":\"%s\",\"eventType\":\"x\",\"path\":\"/%s\"}",
                "{\"anonId\":\"%s\",\"eventType\":\"x\",\"path\":\"/\",\"%s\":1}",
                "{\"anonId\":\"%s\",\"eventType\":\"x\",\"path\":\"/\",\"props\":{\"a\":[\"%s\"]}}")) {
            byte[] body = template.formatted(anonId, latin1).getBytes(StandardCharsets.ISO_8859_1);

            assertError(Call.event("").body(body).send(), 400, "invalid_request");
        }
        assertThat(stored.visitors(anonId)).isEmpty();
    }

    @Test
    void an_event_in_another_encoding_is_refused() {
        String anonId = "anon-" + UUID.randomUUID();
        for (Charset other : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            byte[] body = TestEvent.body(anonId).toString().getBytes(other);

            assertError(Call.event("").body(body).send(), 400, "invalid_request");
        }
        assertThat(stored.visitors(anonId)).isEmpty();
    }

    @Test
    void the_field_that_is_not_utf8_is_named() {
        byte[] body = "{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/caf\u00e9\"}"
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(issuePaths(body)).containsExactly("path");
        assertThat(Call.event("")
                        .body(body)
                        .send()
                        .json()
                        .at("/issues/0/message")
                        .asText())
                .startsWith("must be UTF-8");
    }

    @Test
    void the_replacement_character_is_accepted_as_text() {
        ObjectNode event = TestEvent.bodyWith("path", "/\uFFFD\uFFFD");

        assertThat(Call.event(event).send().status()).isEqualTo(202);
        assertThat(stored.event(event.path("anonId").asText()).path("path").asText())
                .isEqualTo("/\uFFFD\uFFFD");
    }

    // --- the size of an answer

    @Test
    void a_key_with_a_nul_character_is_left_out_of_paths() {
        assertThat(
                        issuePaths(
                                "{\"props\":{\"\\u0000\":{\"n\":1e999}},\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\"}"))
                .containsExactly("props", "props.n");
    }

    @Test
    void a_body_full_of_faults_gets_a_short_answer() {
        String key = "k".repeat(50_000);
        StringBuilder body = new StringBuilder("{\"" + key + "\":{");
        for (int i = 0; i < 2_000; i++) {
            body.append("\"a\":1,");
        }
        Call.Answer answer = Call.event(body.append("\"a\":1}}").toString()).send();

        assertError(answer, 400, "invalid_request");
        assertThat(answer.json().path("issues").size()).isLessThanOrEqualTo(50);
        assertThat(answer.text().length()).isLessThan(32 * 1024);
    }

    private List<String> issuePaths(Object body) {
        Call.Answer answer = Call.event("").body(body).send();
        assertError(answer, 400, "invalid_request");
        return answer.json().path("issues").findValuesAsText("path");
    }
}
