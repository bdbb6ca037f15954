package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestService.class)
class TelemetryTest {
    private static final String PLAIN = "/v1/telemetry.js";
    private static final int LARGEST = 3072;

    @Test
    void any_site_may_embed_the_script() {
        Call.Answer answer = Call.get(PLAIN).send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("page_view");
        assertThat(answer.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(answer.header("cross-origin-resource-policy")).isEqualTo("cross-origin");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.headers().allValues("vary")).containsExactly("Origin, Accept-Encoding");
        assertThat(answer.headers().firstValue("content-encoding")).isEmpty();
    }

    @Test
    void the_script_is_cached_for_five_minutes_under_its_plain_name() {
        assertThat(Call.get(PLAIN).send().headers().allValues("cache-control"))
                .containsExactly("public, max-age=300, stale-while-revalidate=86400");
    }

    @Test
    void the_script_is_immutable_under_a_name_with_the_hash_of_its_content() {
        String name = Objects.requireNonNull(Call.get(PLAIN).send().header("content-location"));
        Call.Answer answer = Call.get(name).send();

        assertThat(name).matches("/v1/telemetry\\.[0-9a-f]{16}\\.js");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(answer.text()).isEqualTo(Call.get(PLAIN).send().text());
    }

    @Test
    void the_name_of_another_version_returns_the_current_one_with_a_short_cache_time() {
        Call.Answer answer = Call.get("/v1/telemetry.0123456789abcdef.js").send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("cache-control")).startsWith("public, max-age=300");
    }

    @Test
    void a_name_that_no_version_can_have_is_not_found() {
        for (String path : new String[] {
            "/v1/telemetry..js",
            "/v1/telemetry.x.js",
            "/v1/telemetry.0123456789ABCDEF.js",
            "/v1/telemetry.0123456789abcdef0.js",
            "/v1/telemetry.0123456789abcdef.js/",
            "/v1/telemetry.js.gz",
            "/v1/telemetry"
        }) {
            Call.Answer answer = Call.get(path).send();
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.field("error")).as(path).isEqualTo("not_found");
        }
    }

    @Test
    void the_script_is_compressed_for_clients_that_accept_gzip() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = accepting("gzip;q=0.8, *;q=0.1");

        assertThat(answer.headers().firstValue("content-encoding")).hasValue("gzip");
        assertThat(answer.body()).hasSizeLessThan(LARGEST);
        try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(new String(unpacked.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(Call.get(PLAIN).send().text());
        }
    }

    @Test
    void the_script_is_smaller_in_brotli_than_in_gzip() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = accepting("gzip, deflate, br, zstd");

        // The tests of the tracker cover that a browser can decompress it.
        assertThat(answer.headers().firstValue("content-encoding")).hasValue("br");
        assertThat(answer.body()).hasSizeLessThan(accepting("gzip").body().length);
        assertThat(answer.headers().allValues("vary")).containsExactly("Origin, Accept-Encoding");
    }

    private static HttpResponse<byte[]> accepting(String encodings) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(Call.base().resolve(PLAIN))
                            .header("accept-encoding", encodings)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    @Test
    void a_client_that_has_the_current_script_gets_304() {
        Call.Answer first = Call.get(PLAIN).send();
        String tag = Objects.requireNonNull(first.header("etag"));
        for (String known : new String[] {tag, "W/" + tag, "\"other\", " + tag, "*", "\"a,b\",W/" + tag + " ,"}) {
            Call.Answer again = Call.get(PLAIN).header("if-none-match", known).send();

            assertThat(again.status()).as(known).isEqualTo(304);
            assertThat(again.text()).isEmpty();
            assertThat(again.header("etag")).isEqualTo(tag);
            assertThat(again.header("cache-control")).startsWith("public, max-age=300");
        }
        assertThat(Call.get(PLAIN).header("if-none-match", "\"other\"").send().status())
                .isEqualTo(200);
        // Several lines of a header are one list (RFC 9110, section 5.3).
        assertThat(Call.get(PLAIN)
                        .header("if-none-match", "\"other\"")
                        .header("if-none-match", tag)
                        .send()
                        .status())
                .isEqualTo(304);
        // A compressed script is another representation, with an ETag of its own.
        for (String encoding : new String[] {"gzip", "br"}) {
            assertThat(Call.get(PLAIN)
                            .header("if-none-match", tag)
                            .header("accept-encoding", encoding)
                            .send()
                            .status())
                    .as(encoding)
                    .isEqualTo(200);
        }
    }

    @Test
    void head_has_the_headers_of_get() {
        Call.Answer get = Call.get(PLAIN).send();
        Call.Answer head = Call.of("HEAD", PLAIN).send();

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.text()).isEmpty();
        assertThat(head.header("etag")).isEqualTo(get.header("etag"));
        assertThat(head.header("content-type")).isEqualTo(get.header("content-type"));
    }

    @Test
    void a_page_of_an_allowed_origin_may_read_the_script_for_its_integrity_check() {
        assertThat(Call.get(PLAIN)
                        .header("origin", TestService.ALLOWED_ORIGIN)
                        .send()
                        .header("access-control-allow-origin"))
                .isEqualTo(TestService.ALLOWED_ORIGIN);
    }
}
