package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The script tag that an empty dashboard offers, used in a page. */
class DashboardTagIT {
    private volatile String tag = "";

    /** A site on this machine whose page has the tag. */
    private HttpServer site() throws IOException {
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext("/", exchange -> {
            try (exchange) {
                byte[] page = ("<!doctype html><html lang=\"en\"><title>Mine</title>" + tag + "<h1>Mine</h1></html>")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            }
        });
        site.start();
        return site;
    }

    @Test
    void the_script_tag_from_an_empty_dashboard_counts_a_visit_to_a_page_on_localhost() throws IOException {
        String database = Database.migrated().url();
        StoredRows stored = new StoredRows(Database.at(database).sql());
        HttpServer site = site();
        String origin = "http://localhost:" + site.getAddress().getPort();
        try (DashboardStage stage = new DashboardStage(database, Map.of("CORS_ALLOWED_ORIGINS", origin))) {
            DashboardTab dashboard = stage.tab().signIn("");
            tag = dashboard.text(".welcome pre");

            ChromiumTab page = stage.browser.visitor().tab().open(origin + "/mine");

            StoredRows.await(
                    () -> stored.rows("SELECT to_jsonb(e)::text FROM events e").size(), 1);
            List<JsonNode> events = stored.rows("SELECT to_jsonb(e)::text FROM events e");
            assertThat(events.getFirst().path("event_type").asText()).isEqualTo("page_view");
            assertThat(events.getFirst().path("path").asText()).isEqualTo("/mine");
            assertThat(page.complaints()).isEmpty();
        } finally {
            site.stop(0);
        }
    }
}
