package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.TestService;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many refused requests, each with a body and over its own connection. */
class RefusalsIT {
    /** More than the number of connections that the service accepts at once. */
    private static final int REFUSALS_OF_A_KIND = 5_000;

    private static final int CLIENTS = 8;
    private static final String BODY = "{\"anonId\":\"anon-refused\",\"eventType\":\"page_view\",\"path\":\"/\"}";

    private final String url = Database.migrated().url();

    /** A kind of refusal, and the requests that get it. */
    private enum Kind {
        UNAUTHORIZED(401, "POST /v1/leads/delete", "application/json"),
        NOT_FOUND(404, "POST /v1/nothing", "application/json"),
        METHOD_NOT_ALLOWED(405, "PUT /v1/events", "application/json"),
        TOO_LARGE(413, "POST /v1/events", "application/json"),
        WRONG_TYPE(415, "POST /v1/events", "image/png"),
        RATE_LIMITED(429, "POST /v1/leads/unsubscribe", "application/json");

        final int status;
        private final String start;
        private final String type;

        Kind(int status, String start, String type) {
            this.status = status;
            this.start = start;
            this.type = type;
        }

        /** Returns a request from a new client, except for the rate limit, whose requests all come from one client. */
        String request(int number) {
            int client = this == RATE_LIMITED ? 1 : number;
            int length = this == TOO_LARGE ? 70_000 : BODY.length();
            return start + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + type + "\r\nX-Client: 10." + status % 100 + "."
                    + (client >> 8) + "." + (client & 0xFF) + "\r\nContent-Length: " + length + "\r\n\r\n" + BODY;
        }
    }

    @Test
    void the_service_works_after_five_thousand_refusals_of_each_kind() throws Exception {
        Map<String, String> variables = Map.of(
                "ADMIN_API_KEY",
                TestService.ADMIN_KEY,
                "CLIENT_IP_HEADER",
                "X-Client",
                "TRUSTED_PROXIES",
                "127.0.0.0/8",
                "RATE_LIMIT_UNSUBSCRIBE",
                "1");
        try (PackagedService service = PackagedService.on(url, variables);
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            try (RawClient first = new RawClient(URI.create(service.address()))) {
                first.write(Kind.RATE_LIMITED.request(0));
                first.readHead();
            }
            for (Kind kind : Kind.values()) {
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    int begin = i;
                    running.add(clients.submit(() -> refuse(service, kind, begin)));
                }
                for (Future<?> client : running) {
                    client.get();
                }
            }

            assertThat(service.health()).isEqualTo("200");
            Call.Answer stored = service.post(Load.event("anon-after-the-refusals"));
            assertThat(stored.header("x-outcome")).isEqualTo("stored");
        }
    }

    private static Void refuse(PackagedService service, Kind kind, int begin) throws IOException {
        for (int i = begin; i < REFUSALS_OF_A_KIND; i += CLIENTS) {
            try (RawClient client = new RawClient(URI.create(service.address()))) {
                client.write(kind.request(i));
                String head = client.readHead();
                if (kind == Kind.RATE_LIMITED && head.startsWith("HTTP/1.1 400 ")) {
                    continue; // one request a minute is within the limit, and its body is invalid
                }
                assertThat(head).startsWith("HTTP/1.1 " + kind.status + " ");
            }
        }
        return null;
    }
}
