package com.altcontext.ops.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.command.Exit;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The smoke test of a service that does everything wrong. deploy/bin/test/smoke-test.sh tests the real service. */
class SmokeCommandTest {
    private static final String KEY = "the-key-that-must-not-be-shown";
    private static final String ALLOWED = "https://site.example";

    private final Collection<String> asked = new ConcurrentLinkedQueue<>();
    private HttpServer service = never();

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::answerWrongly);
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
    }

    /** Allows every origin, acknowledges without storing, and needs no key. */
    private void answerWrongly(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
        byte[] body = "{\"ok\":true,\"secret\":\"nothing\"}".getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("access-control-allow-origin", "*");
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private CommandRun smoke(String... more) {
        String[] all = new String[more.length + 3];
        all[0] = "smoke";
        all[1] = "--url";
        all[2] = "http://127.0.0.1:" + service.getAddress().getPort();
        System.arraycopy(more, 0, all, 3, more.length);
        return CommandRun.altops(Map.of("ADMIN_API_KEY", KEY), all);
    }

    @Test
    void a_service_that_does_everything_wrong_fails_in_every_check() {
        CommandRun ran = smoke("--origin", ALLOWED);

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out()
                        .lines()
                        .filter(line -> !line.startsWith("FAILED"))
                        .map(line -> line.substring(8).split(" ", 2)[0]))
                .containsExactly("https", "clean-up");
        assertThat(ran.out()).contains("FAILED  admin-only    200, expected 401");
        assertThat(ran.out()).doesNotContain(KEY, "@", "127.0.0.1");
        assertThat(asked)
                .contains("GET /v1/healthz", "POST /v1/events", "POST /v1/leads/capture", "GET /v1/metrics/summary");
    }

    /** As lines of a file have that was written on Windows. */
    @Test
    void a_carriage_return_after_the_key_or_the_origin_is_not_part_of_it() {
        String url = "http://127.0.0.1:" + service.getAddress().getPort();
        CommandRun ran = CommandRun.altops(
                Map.of("ADMIN_API_KEY", KEY + "\r"), "smoke", "--url", url, "--origin", ALLOWED + "\r");

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran).isEqualTo(smoke("--origin", ALLOWED));
    }

    @Test
    void json_output_has_each_check_and_its_result() {
        assertThat(smoke("--json").out())
                .startsWith(
                        "{\"ok\":false,\"checks\":[{\"check\":\"health\",\"result\":\"failed\",\"seen\":\"200, expected 200 ")
                .contains("{\"check\":\"cors\",\"result\":\"skipped\",");
    }

    @Test
    void if_nothing_answers_no_check_is_made() {
        service.stop(0);
        CommandRun ran = smoke("--origin", ALLOWED);

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().strip())
                .isEqualTo(
                        "altops: there is no answer at that address: nothing listens there, or the host name is unknown"
                                + " — check --url, and that the service runs");
    }

    @Test
    void after_the_service_has_stopped_no_more_requests_are_sent() {
        service.removeContext("/");
        service.createContext("/", exchange -> {
            answerWrongly(exchange);
            if (exchange.getRequestURI().getPath().equals("/v1/events")) {
                service.stop(0);
            }
        });

        CommandRun ran = smoke();

        assertThat(ran.exit()).isEqualTo(Exit.CHECK_FAILED);
        assertThat(ran.out().lines().filter(line -> line.contains("nothing listens there")))
                .hasSize(1);
        assertThat(ran.out().lines()).last().asString().contains("no answer: nothing listens there");
    }

    @Test
    void a_lead_whose_answer_was_lost_is_removed_again() {
        service.createContext("/v1/leads/capture", HttpExchange::close);

        var _ = smoke();

        assertThat(asked)
                .filteredOn("POST /v1/leads/delete"::equals)
                .as("once without the key, as a check, and once with the key, to clean up")
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "altcontext.fly.dev",
                "https://host/path",
                "ftp://host",
                "https://user:hidden@host",
                "https://host?q"
            })
    void an_invalid_service_url_is_wrong_usage(String url) {
        CommandRun ran = CommandRun.altops(Map.of(), "smoke", "--url", url);

        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains("give https://host, without a path").doesNotContain("hidden");
    }

    private static HttpServer never() {
        try {
            return HttpServer.create();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
