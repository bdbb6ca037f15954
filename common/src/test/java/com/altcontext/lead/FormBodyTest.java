package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormBodyTest {
    private final Issues issues = new Issues();

    private @Nullable Map<String, Object> read(String pairs) {
        return FormBody.read(pairs.getBytes(StandardCharsets.UTF_8), issues);
    }

    private List<String> faultyFields() {
        return issues.list().stream().map(Issue::path).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "email=jo%40example.ca | {\"email\":\"jo@example.ca\"}",
                "formName=a+b%2Bc | {\"formName\":\"a b+c\"}",
                "path=%2Fa%3Fb%3D1%26c | {\"path\":\"/a?b=1&c\"}",
                "path=/a?b=1 | {\"path\":\"/a?b=1\"}",
                "payload.note=a;b | {\"payload\":{\"note\":\"a;b\"}}",
                "payload.note=a#b&email=x@y.ca | {\"payload\":{\"note\":\"a#b\"},\"email\":\"x@y.ca\"}",
                "utm_source=a&utm.medium=b | {\"utm\":{\"source\":\"a\",\"medium\":\"b\"}}",
                "utm_id=a | {\"utm_id\":\"a\"}",
                "payload.a.b=c | {\"payload\":{\"a.b\":\"c\"}}",
                "formName=%C3%A9t%C3%A9+%F0%9F%8D%81 | {\"formName\":\"été 🍁\"}",
                "formName=été | {\"formName\":\"été\"}",
                "email=&formName=%20&path | {}",
                "utm=a&payload=b | {}",
                "&&email=a&& | {\"email\":\"a\"}",
                "'' | {}"
            })
    void a_form_is_read_as_the_json_that_a_script_would_send(String pairs, String json) {
        StringBuilder written = new StringBuilder();
        JsonText.write(written, read(pairs));
        assertThat(written.toString()).isEqualTo(json);
        assertThat(issues.list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"email=%", "email=%4", "email=%zz", "%g0=a", "a=b&email=%f%"})
    void a_percent_sign_without_two_hex_digits_is_one_issue_of_the_whole_body(String pairs) {
        assertThat(read(pairs)).isNull();
        assertThat(faultyFields()).containsExactly("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"formName=%ff", "formName=%c3%28", "formName=%ed%a0%80", "formName=%f8%88%80%80%80"})
    void a_field_that_is_not_utf_8_is_named(String pairs) {
        read(pairs);

        assertThat(faultyFields()).containsExactly("formName");
    }

    @Test
    void a_field_with_unencoded_bytes_that_are_not_utf_8_is_named() {
        var _ = FormBody.read("formName=\u00e9".getBytes(StandardCharsets.ISO_8859_1), issues);

        assertThat(faultyFields()).containsExactly("formName");
    }

    @Test
    void a_replacement_character_in_one_field_does_not_hide_an_error_in_another() {
        read("formName=%ff&path=%EF%BF%BD");

        assertThat(faultyFields()).containsExactly("formName");
    }

    @Test
    void a_replacement_character_that_was_sent_is_accepted() {
        assertThat(read("formName=%EF%BF%BD")).isNotNull();
        assertThat(issues.list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"formName=a%00b", "formName=%00"})
    void a_field_with_nul_cannot_be_stored_and_is_named(String pairs) {
        read(pairs);

        assertThat(faultyFields()).containsExactly("formName");
    }

    @Test
    void a_name_that_cannot_be_stored_is_not_repeated() {
        read("pay%00load=x");

        assertThat(faultyFields()).containsExactly("");
    }

    @ParameterizedTest
    @CsvSource({
        "email=a&email=b,email",
        "utm_source=a&utm_source=b,utm.source",
        "utm_source=a&utm.source=b,utm.source",
        "payload.a=1&payload.a=2,payload.a",
        "honeypot=&honeypot=x,honeypot"
    })
    void a_repeated_field_is_named_if_a_value_would_be_lost(String pairs, String field) {
        read(pairs);

        assertThat(faultyFields()).containsExactly(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"color", "reason", "utm.id", "payload."})
    void an_ignored_field_may_be_repeated(String field) {
        assertThat(read(field + "=red&" + field + "=blue&email=a")).isNotNull();
        assertThat(issues.list()).isEmpty();
    }

    @Test
    void a_form_with_more_than_a_thousand_fields_is_refused() {
        assertThat(read(fields(1_000))).hasSize(1_000);
        assertThat(issues.list()).isEmpty();
        assertThat(read(fields(1_001))).isNull();
        assertThat(faultyFields()).containsExactly("");
    }

    private static String fields(int count) {
        return IntStream.range(0, count).mapToObj(i -> "f" + i + "=x").collect(Collectors.joining("&"));
    }
}
