package com.altcontext.api.event;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The demo site, the packaged service that it uses, the service's database, and a browser. */
final class DemoStage implements AutoCloseable {
    /** Waits until the browser has reported a largest contentful paint. After a click it reports none. */
    static final String PAINTED = """
            new Promise((done) =>
              new PerformanceObserver(() => done()).observe({type: 'largest-contentful-paint', buffered: true}))""";

    /** Waits until the browser has painted. */
    static final String TWO_FRAMES =
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))";

    /** What docs/tracker.md gives to pages that call the tracker before it is loaded. */
    static final String STUB =
            "if (!window.altcontext?.track) window.altcontext = {q: [], track(...call) { this.q.push(call) }};";

    final DemoSite site = new DemoSite();
    final PackagedService service;
    final StoredRows stored;
    final Chromium browser;

    DemoStage() {
        this(Map.of());
    }

    /** Starts the service with additional environment variables. If they name a mail server, forms need a confirmation. */
    DemoStage(Map<String, String> more) {
        Database database = Database.migrated();
        stored = new StoredRows(database.sql());
        stored.execute("INSERT INTO properties (id, name) VALUES ('kiln', 'Kiln')");
        stored.execute("UPDATE properties SET confirm = true");
        Map<String, String> variables = new HashMap<>(more);
        variables.put("CORS_ALLOWED_ORIGINS", site.origin());
        variables.put("RATE_LIMIT_LEADS", "1000000");
        variables.put("RATE_LIMIT_LEAD_EMAILS", "1000000");
        service = PackagedService.on(database.url(), variables);
        site.use(service.address());
        browser = Chromium.start();
    }

    /** Returns a script that changes the element of the tracker before the tracker runs. */
    static String changed(String change) {
        return """
                new MutationObserver(() => {
                  const script = document.querySelector('script[src$="telemetry.js"]');
                  if (script) {
                    %s;
                  }
                }).observe(document, {childList: true, subtree: true});""".formatted(change);
    }

    /** Returns the number of requests with events that the tab has sent. */
    static int beacons(ChromiumTab tab) {
        return (int) tab.requests().stream()
                .filter(url -> url.contains("/v1/events"))
                .count();
    }

    /** Returns the anonymous id of the tab's visitor. */
    static String anonId(ChromiumTab tab) {
        return tab.evaluate("localStorage['altcontext.id']").asText();
    }

    /** Waits until the tab's visitor has this number of events of the type, and returns them. */
    List<JsonNode> await(ChromiumTab tab, String eventType, int count) {
        return await(anonId(tab), eventType, count);
    }

    List<JsonNode> await(String anonId, String eventType, int count) {
        StoredRows.await(() -> events(anonId, eventType).size(), count);
        return events(anonId, eventType);
    }

    List<JsonNode> events(String anonId, String eventType) {
        return stored.events(anonId).stream()
                .filter(event -> event.path("event_type").asText().equals(eventType))
                .toList();
    }

    @Override
    public void close() {
        browser.close();
        service.close();
        site.close();
    }
}
