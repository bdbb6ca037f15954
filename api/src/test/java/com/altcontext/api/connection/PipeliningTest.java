package com.altcontext.api.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.TestEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Clients that pipeline requests (RFC 9112, section 9.3.2), a few or too many of them. */
@QuarkusTest
@WithTestResource(TestService.class)
class PipeliningTest {
    private static final String HEALTH = "GET /v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n";

    @Test
    void pipelined_requests_are_answered_in_order() throws IOException {
        List<String> ids = new ArrayList<>();
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            ids.add("ahead-" + i);
            requests.append(event(ids.get(i), i == 19));
        }

        String answers = Call.raw(requests.toString());

        Matcher answered = Pattern.compile("x-request-id: (\\S+)").matcher(answers);
        assertThat(answered.results().map(found -> found.group(1))).isEqualTo(ids);
        assertThat(answers.split("HTTP/1\\.1 202 ", -1)).hasSize(21);
    }

    @Test
    void a_client_that_never_reads_its_answers_is_cut_off() throws IOException {
        String thousand = HEALTH.repeat(1_000);
        try (RawClient client = new RawClient()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            client.write(thousand);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(Call.get("/v1/healthz").send().status()).isEqualTo(200);
    }

    @Test
    void a_client_that_pipelines_too_many_requests_is_cut_off_and_others_are_served() throws IOException {
        try (RawClient client = new RawClient()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                requests.append(event("ahead-" + i, false));
            }
            assertThat(client.isCutOffBy(requests.toString())).isTrue();
        }
        assertThat(Call.event(TestEvent.body()).send().status()).isEqualTo(202);
    }

    private static String event(String requestId, boolean last) {
        String body = TestEvent.body().toString();
        return "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Request-Id: " + requestId
                + (last ? "\r\nConnection: close" : "") + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
