package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page in a real browser sends its beacons to the packaged service on another origin. */
class BeaconIT {
    private static final long MAX_VISIT_SECONDS = 120;
    private static final Pattern OUTCOME = Pattern.compile("<pre id=\"outcome\">(\\{.*?})</pre>");

    /** Sends one event as a beacon without a preflight and two events with a preflight, and shows the outcome. */
    private static final String PAGE = """
            <!doctype html>
            <title>Pricing</title>
            <link rel="icon" href="data:,">
            <pre id="outcome"></pre>
            <script>
              const service = 'SERVICE/v1/events';
              const event = (eventType) => JSON.stringify(
                {anonId: 'ANON_ID', eventType, path: location.pathname, eventId: crypto.randomUUID()});
              const show = (outcome) => document.getElementById('outcome').textContent = JSON.stringify(outcome);
              const beacon = navigator.sendBeacon(service, event('page_view'));
              const json = navigator.sendBeacon(service, new Blob([event('form_start')], {type: 'application/json'}));
              fetch(service, {
                method: 'POST',
                headers: {'content-type': 'application/json', 'x-api-key': 'what the earlier sites send'},
                body: event('cta_click')
              }).then(async (answer) => show({
                beacon,
                json,
                status: answer.status,
                outcome: answer.headers.get('x-outcome'),
                body: await answer.json()
              })).catch((failure) => show({beacon, failure: failure.name}));
            </script>
            """;

    private final String anonId = "anon-" + UUID.randomUUID();
    private final Database database = Database.migrated();
    private final String url = database.url();
    private final Sql sql = database.sql();
    private final AtomicReference<String> page = new AtomicReference<>("");
    private final HttpServer site;

    BeaconIT() throws IOException {
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        site.createContext("/pricing", exchange -> {
            byte[] body = page.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        site.start();
    }

    @AfterEach
    void stop() {
        site.stop(0);
    }

    @Test
    void a_page_of_an_allowed_origin_sends_a_beacon_and_reads_the_answer_to_a_preflighted_event() throws Exception {
        JsonNode outcome = visit("127.0.0.1", 3);

        assertThat(outcome.path("beacon").booleanValue()).isTrue();
        assertThat(outcome.path("json").booleanValue()).isTrue();
        assertThat(outcome.path("status").intValue()).isEqualTo(202);
        assertThat(outcome.path("outcome").textValue()).isEqualTo("stored");
        List<JsonNode> events = stored(3);
        assertThat(events)
                .extracting(event -> event.path("event_type").textValue())
                .containsExactlyInAnyOrder("page_view", "cta_click", "form_start");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.path("path").textValue()).isEqualTo("/pricing");
            assertThat(event.path("device").textValue()).isEqualTo("desktop");
        });
        assertThat(events)
                .extracting(event -> event.path("id").textValue())
                .contains(outcome.at("/body/eventId").textValue());
        assertThat(new StoredRows(sql).sessions(anonId)).hasSize(1);
    }

    @Test
    void a_page_of_another_origin_gets_its_beacon_stored_and_its_preflight_refused() throws Exception {
        JsonNode outcome = visit("localhost", 1);

        assertThat(outcome.path("beacon").booleanValue()).isTrue();
        assertThat(outcome.path("failure").textValue()).isEqualTo("TypeError");
        assertThat(stored(1).getFirst().path("event_type").textValue()).isEqualTo("page_view");
    }

    /** Opens the page at this host name of the local machine. The service allows only the origin {@code 127.0.0.1}. */
    private JsonNode visit(String host, int stored) throws Exception {
        int port = site.getAddress().getPort();
        try (PackagedService service =
                PackagedService.on(url, Map.of("CORS_ALLOWED_ORIGINS", "http://127.0.0.1:" + port))) {
            page.set(PAGE.replace("SERVICE", service.address()).replace("ANON_ID", anonId));
            String dom = dom("http://" + host + ":" + port + "/pricing");
            Matcher outcome = OUTCOME.matcher(dom);
            assertThat(outcome.find()).as("the page shows an outcome: %s", dom).isTrue();
            StoredRows.await(() -> new StoredRows(sql).events(anonId).size(), stored);
            return Call.JSON.readTree(outcome.group(1).replace("&amp;", "&"));
        }
    }

    private List<JsonNode> stored(int wanted) {
        List<JsonNode> events = new StoredRows(sql).events(anonId);
        assertThat(events).hasSize(wanted);
        return events;
    }

    /** Returns the HTML of the page after its script has run. */
    private static String dom(String address) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("altcontext-browser-");
        Path dom = directory.resolve("dom");
        Path log = directory.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                browser(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-agent=" + Call.BROWSER, // the default contains "Headless", which counts as a bot
                "--user-data-dir=" + directory.resolve("profile"),
                "--virtual-time-budget=10000",
                "--dump-dom",
                address));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(dom.toFile()).redirectError(log.toFile());
        builder.environment().put("HOME", directory.toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(MAX_VISIT_SECONDS, TimeUnit.SECONDS))
                    .as("the browser exits in time; its log:\n%s", Files.readString(log))
                    .isTrue();
            return Files.readString(dom);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            PackagedService.delete(directory);
        }
    }

    private static String browser() {
        String given = System.getenv("CHROMIUM");
        Path browser = Path.of(given == null || given.isBlank() ? "/usr/bin/chromium" : given);
        assertThat(browser)
                .as("browser: install the package chromium (make test does), or set CHROMIUM to the path of a browser")
                .isExecutable();
        return browser.toString();
    }
}
