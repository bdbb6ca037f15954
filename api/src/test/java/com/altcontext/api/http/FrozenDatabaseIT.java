package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.Secret;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.devdb.EmbeddedDatabase;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.report.StopToken;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A database that keeps its connections and does not answer any more, as if its host or network was lost. Each route
 * that uses it answers 503 to a client that waits five seconds.
 */
class FrozenDatabaseIT {
    private static final String ADMIN_KEY = "an admin key of the tests, long enough";

    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(5);
    /** Less than the service itself waits for the database. */
    private static final Duration SHORT_CLIENT_TIMEOUT = Duration.ofSeconds(2);
    /** With a database that works. A busy machine may need more than five seconds for the first answer of a route. */
    private static final Duration MAX_ANSWER = Duration.ofSeconds(30);

    private static final String UNAVAILABLE = "503 as documented";

    private static final int ROUNDS = 7;

    private static final List<String> WITHOUT_DATABASE = List.of(
            "GET /v1/healthz",
            "GET /v1/openapi.yaml",
            "GET /v1/privacy",
            "GET /v1/telemetry.js",
            "GET /v1/telemetry.{hash:[0-9a-f]{16}}.js",
            "GET /v1/reports/stop/{token}",
            "GET /dashboard",
            "GET /dashboard/app.{hash:[0-9a-f]{16}}.js",
            "GET /dashboard/app.{hash:[0-9a-f]{16}}.css");

    private final String email = Forms.email();

    private record Request(String method, String path, String body, Map<String, String> headers) {
        static Request get(String path) {
            return new Request("GET", path, "", Map.of("x-admin-key", ADMIN_KEY));
        }

        static Request post(String path, Object body) {
            return new Request(
                    "POST",
                    path,
                    body.toString(),
                    Map.of("content-type", "application/json", "x-admin-key", ADMIN_KEY));
        }

        static Request withCookie(String method) {
            return new Request(
                    method,
                    "/v1/dashboard/session",
                    "",
                    Map.of("cookie", "altcontext-dashboard=" + "a".repeat(43), "sec-fetch-site", "same-origin"));
        }

        boolean isOf(Route route) {
            return route.method().name().equals(method)
                    && route.pattern().matcher(path.replaceFirst("\\?.*", "")).matches();
        }
    }

    @Test
    void every_route_that_uses_the_database_is_in_this_test() {
        List<Request> requests = requests(UUID.randomUUID());

        assertThat(new Routes()
                        .all().stream()
                                .filter(route -> requests.stream().noneMatch(request -> request.isOf(route)))
                                .map(route -> route.method() + " " + route.path()))
                .containsExactlyInAnyOrderElementsOf(WITHOUT_DATABASE);
    }

    @Test
    void each_route_answers_503_while_the_database_does_not_answer_and_works_again_after_it() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.temporary()) {
            Migrations.of(DatabaseUrl.parse(database.url())).apply();
            try (PackagedService service = PackagedService.on(database.url(), variables())) {
                assertThat(service.post("/v1/leads/capture", Forms.scripted(email))
                                .status())
                        .isEqualTo(200);
                List<Request> requests = requests(leadId(database));
                for (Request request : requests.subList(0, requests.size() - 1)) {
                    assertThat(answered(service, request, MAX_ANSWER).outcome)
                            .as(request.toString())
                            .isIn("200", "202", "401");
                }
                for (List<Request> round : rounds(requests)) {
                    database.freeze();
                    assertThat(answers(service, round, CLIENT_TIMEOUT))
                            .filteredOn(answer -> !answer.outcome.equals(UNAVAILABLE))
                            .isEmpty();
                    // The service knows now, and refuses other requests without waiting.
                    assertThat(answered(service, event(), SHORT_CLIENT_TIMEOUT).outcome)
                            .isEqualTo(UNAVAILABLE);
                    assertThat(service.health()).isEqualTo("200");

                    database.thaw();
                    StoredRows.await(() -> answered(service, event(), MAX_ANSWER).outcome, "202");
                }
                // The goal's name is taken now, and the lead may be erased already.
                assertThat(answers(service, requests, MAX_ANSWER))
                        .filteredOn(answer -> !List.of("200", "202", "400", "401", "404", "410")
                                .contains(answer.outcome))
                        .isEmpty();
            }
        }
    }

    /** The requests of one round are of different kinds, so that none waits for a thread that another one uses. */
    private static List<List<Request>> rounds(List<Request> requests) {
        return IntStream.range(0, ROUNDS)
                .mapToObj(round -> IntStream.range(0, requests.size())
                        .filter(index -> index % ROUNDS == round)
                        .mapToObj(requests::get)
                        .toList())
                .toList();
    }

    /** @param outcome the status, or {@link #UNAVAILABLE} if all of the answer is as documented, or the failure */
    private record Answered(Request request, String outcome) {}

    private static List<Answered> answers(PackagedService service, List<Request> requests, Duration timeout) {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            return requests.stream()
                    .map(request -> CompletableFuture.supplyAsync(() -> answered(service, request, timeout), clients))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
        }
    }

    private static Answered answered(PackagedService service, Request request, Duration timeout) {
        try {
            Call.Answer answer = service.ask(request.method, request.path, request.body, request.headers, timeout);
            boolean isDocumented = answer.text().equals("{\"ok\":false,\"error\":\"unavailable\"}")
                    && "2".equals(answer.header("retry-after"));
            return new Answered(
                    request, answer.status() == 503 && isDocumented ? UNAVAILABLE : String.valueOf(answer.status()));
        } catch (IOException unanswered) {
            return new Answered(request, unanswered.toString());
        }
    }

    private static Request event() {
        return Request.post("/v1/events", Load.event("anon-" + UUID.randomUUID()));
    }

    /** The last one erases the lead. */
    private List<Request> requests(UUID leadId) {
        String unsubscribe = "/v1/leads/unsubscribe/"
                + new UnsubscribeToken(TestService.PEPPER).of(new UnsubscribeToken.Subject(leadId, "default"));
        String confirm = "/v1/leads/confirm/"
                + new ConfirmationToken(TestService.PEPPER)
                        .of(new ConfirmationToken.Request(
                                leadId, 1, Instant.now().plus(ConfirmationToken.LIFETIME)));
        String stop = "/v1/reports/stop/" + new StopToken(TestService.PEPPER).of(UUID.randomUUID());
        String person = Forms.minimal(email).toString();
        return List.of(
                event(),
                Request.post("/v1/events/batch", "[" + Load.event("anon-" + UUID.randomUUID()) + "]"),
                Request.post("/v1/leads/capture", Forms.scripted(Forms.email())),
                Request.get(confirm),
                Request.post(confirm, "{}"),
                Request.post("/v1/leads/unsubscribe", Forms.minimal()),
                Request.get(unsubscribe),
                Request.post(unsubscribe, "{}"),
                Request.post(stop, "{}"),
                Request.get("/v1/metrics/summary?window=7"),
                Request.get("/v1/metrics/breakdown?dimension=path&window=7"),
                Request.post("/v1/metrics/query", "{\"dateRange\":\"today\",\"metrics\":[\"visitors\"]}"),
                Request.post(
                        "/v1/metrics/funnel",
                        "{\"dateRange\":\"today\",\"steps\":[{\"path\":\"/\"},{\"event\":\"form_submit\"}]}"),
                Request.get("/v1/metrics/realtime"),
                Request.post("/v1/goals", "{\"propertyId\":\"default\",\"name\":\"thanks\",\"path\":\"/thanks\"}"),
                Request.get("/v1/leads/mailable"),
                Request.get("/v1/leads/submissions"),
                Request.post("/v1/leads/submissions", person),
                Request.post("/v1/dashboard/session", "{\"key\":\"" + ADMIN_KEY + "\"}"),
                Request.withCookie("GET"),
                Request.withCookie("DELETE"),
                Request.get("/v1/dashboard/properties"),
                new Request(
                        "GET",
                        "/v1/dashboard/properties",
                        "",
                        Map.of("x-admin-key", Secret.newKey().text())),
                Request.get("/v1/dashboard/leads"),
                Request.post("/v1/dashboard/leads.csv", "{}"),
                Request.post("/v1/leads/export", person),
                Request.post("/v1/leads/delete", person));
    }

    private UUID leadId(EmbeddedDatabase database) {
        return UUID.fromString(new StoredRows(Database.at(database.url()).sql())
                .lead(email)
                .path("id")
                .asText());
    }

    private static Map<String, String> variables() {
        return Map.of(
                "ADMIN_API_KEY",
                ADMIN_KEY,
                "RATE_LIMIT_LEADS",
                "1000000",
                "RATE_LIMIT_UNSUBSCRIBE",
                "1000000",
                "RATE_LIMIT_METRICS",
                "1000000",
                "METRICS_SUMMARY_CACHE_MAX_ENTRIES",
                "0");
    }
}
