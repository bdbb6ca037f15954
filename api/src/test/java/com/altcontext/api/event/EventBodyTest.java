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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for a body: its type, size and encoding. {@link EventJsonTest} covers its JSON. */
@QuarkusTest
@WithTestResource(TestService.class)
class EventBodyTest {
    private static final int MAX_BYTES = 64 * 1024;

    @Inject
    StoredRows stored;

    // --- type

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "application/json;charset=\"UTF-8\"",
                "Application/JSON; Charset=UTF8",
                "application/json ; version=1",
                "text/plain",
                "text/plain;charset=UTF-8",
                "text/plain;"
            })
    void json_is_accepted_as_application_json_and_as_text_plain(String type) {
        ObjectNode event = TestEvent.body();
        Call.Answer answer = Call.event(event).header("content-type", type).send();

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(stored.event(event.path("anonId").asText()).path("id").asText())
                .isEqualTo(answer.field("eventId"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/html",
                "application/json5",
                "application/xml",
                "application/yaml",
                "application/ld+json",
                "json",
                "*/*",
                ";",
                ";;",
                "; charset=utf-8",
                "/",
                "application/json; charset=utf-16",
                "text/plain; charset=iso-8859-1",
                "application/json, text/plain"
            })
    void any_other_type_is_unsupported(String type) {
        ObjectNode event = TestEvent.body();

        assertError(Call.event(event).header("content-type", type).send(), 415, "unsupported_media_type");
        assertThat(stored.visitors(event.path("anonId").asText())).isEmpty();
    }

    @Test
    void a_body_without_a_type_is_unsupported() {
        assertError(Call.event(TestEvent.body()).without("content-type").send(), 415, "unsupported_media_type");
    }

    @Test
    void a_compressed_body_is_unsupported() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(TestEvent.body().toString().getBytes(StandardCharsets.UTF_8));
        }
        Call call = Call.event(TestEvent.body()).body(packed.toByteArray());

        assertError(call.header("content-encoding", "gzip").send(), 415, "unsupported_media_type");
        // Without the header, the compressed body is invalid JSON.
        assertError(call.without("content-encoding").send(), 400, "invalid_request");
    }

    @Test
    void a_body_with_the_identity_encoding_is_not_compressed() {
        assertThat(Call.event(TestEvent.body())
                        .header("content-encoding", "identity")
                        .send()
                        .status())
                .isEqualTo(202);
    }

    // --- size

    @Test
    void a_body_of_64_kib_is_accepted_and_one_byte_more_is_too_large() {
        for (boolean chunked : List.of(false, true)) {
            ObjectNode event = TestEvent.body();
            String fits = padded(event, MAX_BYTES);

            assertThat(call(fits, chunked).send().status()).isEqualTo(202);
            assertThat(stored.event(event.path("anonId").asText()).path("path").asText())
                    .isEqualTo("/pricing");

            ObjectNode larger = TestEvent.body();
            assertError(call(padded(larger, MAX_BYTES + 1), chunked).send(), 413, "payload_too_large");
            assertThat(stored.visitors(larger.path("anonId").asText())).isEmpty();
        }
    }

    @Test
    void a_body_that_arrives_in_chunks_is_read_as_one() {
        // The client sends chunks of 16 KiB.
        assertThat(call(padded(TestEvent.body(), 20_000), true).send().status()).isEqualTo(202);
    }

    @Test
    void the_size_counts_bytes_and_not_characters() {
        ObjectNode event = TestEvent.bodyWith("props.text", "ü".repeat(MAX_BYTES / 2));

        assertError(Call.event(event).send(), 413, "payload_too_large");
    }

    private static Call call(String body, boolean chunked) {
        return chunked ? Call.event(body).chunked() : Call.event(body);
    }

    private static String padded(ObjectNode event, int bytes) {
        String json = event.toString();
        return json + " ".repeat(bytes - json.length());
    }
}
