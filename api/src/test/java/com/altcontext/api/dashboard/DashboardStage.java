package com.altcontext.api.dashboard;

import com.altcontext.api.testing.Chromium;
import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import java.util.HashMap;
import java.util.Map;

/**
 * The packaged service, and a browser that shows its dashboard. For the rate limiter, each tab is a separate client.
 */
final class DashboardStage implements AutoCloseable {
    final PackagedService service;
    final Chromium browser;

    private int clients;

    DashboardStage(String database, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(Map.of(
                "ADMIN_API_KEY",
                TestService.ADMIN_KEY,
                "CLIENT_IP_HEADER",
                "X-Forwarded-For",
                "TRUSTED_PROXIES",
                "127.0.0.0/8",
                // Stored data must be visible at once.
                "METRICS_SUMMARY_CACHE_TTL_MS",
                "0"));
        all.putAll(variables);
        service = PackagedService.on(database, all);
        browser = Chromium.start();
    }

    static String migrated(String database) {
        Migrations.of(DatabaseUrl.parse(database)).apply();
        return database;
    }

    /** A tab of a new visitor, with an address of its own. */
    DashboardTab tab() {
        return tab("en-CA");
    }

    DashboardTab tab(String language) {
        ChromiumTab tab = browser.visitor().tab();
        tab.sends(Map.of("X-Forwarded-For", "198.51.100." + ++clients, "Accept-Language", language));
        return new DashboardTab(tab, service.address());
    }

    @Override
    public void close() {
        browser.close();
        service.close();
    }
}
