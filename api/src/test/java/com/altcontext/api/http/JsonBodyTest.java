package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.value.Issue;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodyTest {
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 60_000})
    void a_number_that_is_too_long_is_a_fault_of_its_event_only(int digits) {
        for (String number : new String[] {"9".repeat(digits), "0." + "9".repeat(digits), "1e" + "0".repeat(digits)}) {
            JsonBody.Content batch = JsonBody.readBatch(
                    ("[{\"n\":1},{\"n\":" + number + "},{\"n\":3}]").getBytes(StandardCharsets.UTF_8), 100);

            assertThat(batch.isRead()).isTrue();
            assertThat(batch.issues().list()).isEmpty();
            assertThat(batch.eventIssues().get(0).list()).isEmpty();
            assertThat(batch.eventIssues().get(1).list())
                    .containsExactly(
                            new Issue("n", "must be a number within the range of a double, of at most 400 characters"));
            assertThat(batch.eventIssues().get(2).list()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"k", "é"})
    void a_key_may_be_as_long_as_its_body(String letter) {
        for (int length : new int[] {63, 64, 65, 30_000}) {
            String key = letter.repeat(length);
            JsonBody.Content batch = JsonBody.readBatch(
                    ("[{\"n\":1e999},{\"" + key + "\":[1,null]},{\"" + key + "\":1,\"" + key + "\":1}]")
                            .getBytes(StandardCharsets.UTF_8),
                    100);

            assertThat(batch.isRead()).isTrue();
            assertThat(batch.issues().list()).isEmpty();
            assertThat(batch.value())
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .hasSize(3);
            assertThat(batch.eventIssues())
                    .extracting(issues -> issues.list().size())
                    .containsExactly(1, 0, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud83d", "\\udc00", "\\u0000", "a\\ud83db"})
    void a_key_that_cannot_be_stored_is_a_fault_of_its_event_only(String key) {
        JsonBody.Content batch = JsonBody.readBatch(
                ("[{\"n\":1},{\"props\":{\"" + key + "\":2}},{\"n\":3}]").getBytes(StandardCharsets.UTF_8), 100);

        assertThat(batch.isRead()).isTrue();
        assertThat(batch.issues().list()).isEmpty();
        assertThat(batch.eventIssues().get(0).list()).isEmpty();
        assertThat(batch.eventIssues().get(1).list())
                .containsExactly(
                        new Issue("props", "has a key that must be UTF-8, without NUL or unpaired surrogates"));
        assertThat(batch.eventIssues().get(2).list()).isEmpty();
    }
}
