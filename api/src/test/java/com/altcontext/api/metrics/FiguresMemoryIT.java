package com.altcontext.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The service answers about more sites and longer values than the heap of production can hold at the same time. */
class FiguresMemoryIT {
    private static final int PROPERTIES = 300;
    private static final int DAYS = 366;
    private static final int VIEWS_OF_A_DAY = 300;

    /**
     * Fills every day of every property with the sketch and the histograms of one of eight model days. The model days
     * have 150 to 570 visitors.
     */
    private static final String FILL = """
            WITH model AS MATERIALIZED (
                SELECT k,
                    (SELECT string_agg(substr(int4send(register * 16 + 1 + register % 9), 2), ''::bytea)
                     FROM (SELECT DISTINCT abs(hashtext(k || ' ' || n)) % 32768 AS register
                           FROM generate_series(1, 150 + 60 * k) AS n) AS registers) AS visitors,
                    (SELECT string_agg(int2send((120 + n * 4)::smallint) || int4send(1 + abs(hashtext(k || '-' || n)) % 900), ''::bytea)
                     FROM generate_series(0, 90) AS n) AS vitals
                FROM generate_series(0, 7) AS k)
            INSERT INTO daily_metric_rollups (property_id, day, version, unique_visitors, new_visitors, page_views, sessions,
                visitor_sketch, fcp_histogram, lcp_histogram, inp_histogram, ttfb_histogram, cls_histogram)
            SELECT 'site-' || p, ?::date - d, 367 - d, 100, 40, ?, 120, visitors, vitals, vitals, vitals, vitals, vitals
            FROM generate_series(1, ?) AS p, generate_series(1, ?) AS d, model
            WHERE k = (p + d) % 8
            """;

    /** The values of a dimension are as long as a path can be, and each character takes four bytes. */
    private static final String FILL_PATHS = """
            INSERT INTO daily_dimension_rollups
                (property_id, dimension, day, rank, value, page_views, sessions, conversions)
            SELECT 'site-1', 'path', ?::date - 1, n, '/' || n || repeat('😀', 2000), 501 - n, 501 - n, 0
            FROM generate_series(1, 500) AS n
            """;

    private static final String FILL_LEADS = """
            INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status, first_landing_path)
            SELECT gen_random_uuid(), 'default', n || '@example.ca', now(), now(), 'pending', '/' || n || repeat('😀', 2000)
            FROM generate_series(1, 500) AS n
            """;

    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private final String url = Database.migrated().url();
    private final Sql sql = Database.at(url).sql();
    private final HttpClient client = HttpClient.newHttpClient();

    private PackagedService service() {
        return PackagedService.on(
                url,
                Map.of(
                        "ADMIN_API_KEY", TestService.ADMIN_KEY,
                        "RATE_LIMIT_METRICS", "1000000000",
                        "RATE_LIMIT_EVENTS", "1000000000",
                        "RATE_LIMIT_BYTES", "1000000000"));
    }

    private void addProperties(int number) {
        sql.inTransaction(tx -> tx.update(
                "INSERT INTO properties (id, name) SELECT 'site-' || p, 'P' FROM generate_series(1, ?) AS p", number));
    }

    /** @param question the end of an address, or the body of a query */
    private CompletableFuture<HttpResponse<String>> ask(PackagedService service, String question) {
        boolean isQuery = question.startsWith("{");
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(service.address() + "/v1/metrics/" + (isQuery ? "query" : question)))
                .header("x-admin-key", TestService.ADMIN_KEY);
        if (isQuery) {
            request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(question));
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /**
     * Sends all at the same time. Each gets figures or 503.
     *
     * @return how many got figures
     */
    private long askAll(PackagedService service, List<String> questions) {
        List<CompletableFuture<HttpResponse<String>>> answers =
                questions.stream().map(question -> ask(service, question)).toList();
        return answers.stream()
                .map(CompletableFuture::join)
                .peek(answer ->
                        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 503))
                .filter(answer -> answer.statusCode() == 200)
                .count();
    }

    private static void assertHealthyAndStoring(PackagedService service) throws IOException {
        assertThat(service.health()).isEqualTo("200");
        assertThat(service.post(Load.event("anon-after-figures")).status()).isEqualTo(202);
    }

    @Test
    void summaries_of_three_hundred_properties_over_a_year_fit_into_the_heap() throws Exception {
        addProperties(PROPERTIES);
        sql.inTransaction(tx -> tx.update(FILL, today, VIEWS_OF_A_DAY, PROPERTIES, DAYS));
        try (PackagedService service = service()) {
            List<String> questions = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                LocalDate to = today.minusDays(1 + i * 9);
                questions.add("summary?compareTo=true&from=" + to.minusDays(180 + i) + "&to=" + to);
                questions.add("summary?compareTo=true&from=" + to.minusDays(3 + i) + "&to=" + to + "&propertyId=site-"
                        + (1 + i));
            }

            assertThat(askAll(service, questions)).isPositive();

            AtomicReference<HttpResponse<String>> year = new AtomicReference<>();
            StoredRows.await(
                    () -> {
                        year.set(ask(service, "summary?window=" + DAYS).join());
                        return year.get().statusCode();
                    },
                    200);
            JsonNode metrics = Call.JSON.readTree(year.get().body()).path("metrics");
            assertThat(metrics.path("totalPageViews").path("value").asLong())
                    .isEqualTo((long) PROPERTIES * DAYS * VIEWS_OF_A_DAY);
            assertThat(metrics.path("webVitals").path("lcpMs").path("p75").asDouble())
                    .isPositive();
            assertHealthyAndStoring(service);
        }
    }

    @Test
    void cached_breakdowns_of_the_longest_values_fit_into_the_heap() throws Exception {
        addProperties(1);
        sql.inTransaction(tx -> tx.update(FILL_PATHS, today)
                // The raw rows of those days are gone, so that the answer comes from rollups.
                + tx.update(
                        "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                                + " visitors, rollups, rejections, days_left) VALUES (now(), ?, '2000-01-01', 0, 0, 0, 0, 0, 0, 0, 0)",
                        today));
        try (PackagedService service = service()) {
            for (int round = 0; round < 8; round++) {
                List<String> questions = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    questions.add("breakdown?dimension=path&propertyId=site-1&window=7&limit=" + (500 - round * 8 - i));
                }
                assertThat(askAll(service, questions)).isPositive();
            }

            assertThat(firstValue(service, "breakdown?dimension=path&propertyId=site-1&window=7&limit=500"))
                    .isEqualTo("/1" + "😀".repeat(1_021) + '…');
            assertHealthyAndStoring(service);
        }
    }

    /** Sends as much as one client may send in a quarter of an hour. */
    private void sendLongestValues(PackagedService service) throws IOException {
        for (int i = 0; i < 150; i++) {
            ArrayNode paths = Call.JSON.createArrayNode();
            for (int each = 0; each < 7; each++) {
                paths.add(Load.event("anon-long-" + i % 10).put("path", "/" + i + "-" + each + "😀".repeat(2_000)));
            }
            assertThat(service.post("/v1/events/batch", paths).status()).isEqualTo(202);
            ObjectNode event = Load.event("anon-long-" + i % 10);
            event.putObject("props").put("text", i + "x".repeat(60_000)).put(i + "y".repeat(1_000), 1);
            assertThat(service.post(event).status()).isEqualTo(202);
        }
    }

    @Test
    void answers_with_the_longest_values_of_raw_rows_fit_into_the_heap() throws Exception {
        sql.inTransaction(tx -> tx.update(FILL_LEADS));
        try (PackagedService service = service()) {
            sendLongestValues(service);
            for (int round = 0; round < 4; round++) {
                List<String> questions = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    int fewer = round * 4 + i;
                    for (String by : List.of("path", "props.text", "lead.landing_path")) {
                        questions.add("breakdown?window=today&dimension=" + by + "&limit=" + (500 - fewer));
                    }
                    for (String by : List.of("[\"path\",\"landing_path\"]", "[\"props.text\"]", "[\"props\"]")) {
                        questions.add("{\"dateRange\":\"today\",\"metrics\":[\"events\"],\"dimensions\":" + by
                                + ",\"limit\":" + (1_000 - fewer) + "}");
                    }
                }
                assertThat(askAll(service, questions)).isPositive();
            }

            assertThat(firstValue(service, "breakdown?dimension=lead.landing_path&window=today&limit=500"))
                    .startsWith("/")
                    .endsWith("😀…");
            assertHealthyAndStoring(service);
        }
    }

    @Test
    void a_value_of_props_that_is_longer_than_a_path_is_cut() throws Exception {
        try (PackagedService service = service()) {
            ObjectNode event = Load.event("anon-long-0");
            event.putObject("props").put("whole", "😀".repeat(2_048)).put("long", "😀".repeat(2_049));
            assertThat(service.post(event).status()).isEqualTo(202);

            assertThat(onlyValue(service, "whole")).isEqualTo("😀".repeat(2_048));
            assertThat(onlyValue(service, "long")).isEqualTo("😀".repeat(2_047) + '…');
            // The days in the same rows do not make the value shorter.
            String byDay =
                    "{\"dateRange\":\"today\",\"metrics\":[\"events\"],\"limit\":250,\"dimensions\":[\"props.whole\",\"time:day\"]}";
            JsonNode days = Call.JSON.readTree(ask(service, byDay).join().body());
            assertThat(days.path("rows").get(0).path("dimensions").get(0).asText())
                    .isEqualTo("😀".repeat(2_048));
        }
    }

    private String onlyValue(PackagedService service, String prop) throws IOException {
        return firstValue(service, "breakdown?window=today&limit=10&dimension=props." + prop);
    }

    private String firstValue(PackagedService service, String question) throws IOException {
        JsonNode answer = Call.JSON.readTree(ask(service, question).join().body());
        return answer.path("rows").get(0).path("value").asText();
    }
}
