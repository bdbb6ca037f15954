package com.altcontext.api;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.devdb.TestDatabase;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** The demo site, the packaged service that it speaks to, the service's database, and a browser to look at all that. */
final class DemoStage implements AutoCloseable {
    final DemoSite site = new DemoSite();
    final PackagedService service;
    final Stored stored;
    final Chromium browser;

    DemoStage() {
        String database = TestDatabase.fresh();
        Migrations.of(DatabaseUrl.parse(database)).apply();
        stored = new Stored(PackagedService.sql(database));
        stored.execute("INSERT INTO properties (id, name) VALUES ('kiln', 'Kiln')");
        service = PackagedService.on(
                database,
                Map.of(
                        "CORS_ALLOWED_ORIGINS",
                        site.origin(),
                        "RATE_LIMIT_LEADS",
                        "1000000",
                        "RATE_LIMIT_LEAD_EMAILS",
                        "1000000"));
        site.tell(service.address());
        browser = Chromium.start();
    }

    /** What the tab's visitor is called. */
    static String anonId(ChromiumTab tab) {
        return tab.evaluate("localStorage['altcontext.id']").asText();
    }

    /** Waits until the tab's visitor has so many events of a kind, and gives them back. */
    List<JsonNode> await(ChromiumTab tab, String eventType, int count) {
        return await(anonId(tab), eventType, count);
    }

    List<JsonNode> await(String anonId, String eventType, int count) {
        Stored.await(() -> events(anonId, eventType).size(), count);
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
