package com.altcontext.api.testing;

import com.altcontext.devdb.Ports;
import com.altcontext.testing.Database;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Runs the service under test on a database of its own, configured by the variables that an operator would set. An
 * argument of {@code @WithTestResource} sets or replaces one of them. Port 0 in an address becomes a free port. The
 * argument {@code group} sets several variables. The service starts once for all tests with the same arguments, so
 * tests should share them.
 */
public final class TestService implements QuarkusTestResourceLifecycleManager {
    public static final String PEPPER = "a pepper for tests only";
    public static final String ADMIN_KEY = "an admin key for tests only";
    public static final String ALLOWED_ORIGIN = "https://www.example.com";

    public static final String GROUP = "group";

    /**
     * The limits of production, except the dashboard's. A proxy names the client, so that each test can be a client of
     * its own.
     */
    public static final String LIMITED = "limited";

    /** Everything is logged. A proxy names the client. */
    public static final String OBSERVED = "observed";

    /** Options that are off by default. */
    public static final String CHOSEN = "chosen";

    private static final Map<String, Map<String, String>> GROUPS = Map.of(
            LIMITED,
            Map.of(
                    "RATE_LIMIT_EVENTS", "",
                    "RATE_LIMIT_BYTES", "",
                    "RATE_LIMIT_LEADS", "",
                    "RATE_LIMIT_LEAD_EMAILS", "",
                    "RATE_LIMIT_UNSUBSCRIBE", "",
                    "RATE_LIMIT_LEAD_DELETE", "",
                    "RATE_LIMIT_LEAD_EXPORT", "",
                    "RATE_LIMIT_METRICS", "",
                    "RATE_LIMIT_DASHBOARD", "60",
                    "TRUSTED_PROXIES", "127.0.0.0/8"),
            OBSERVED,
            Map.of("LOG_LEVEL", "debug", "TRUSTED_PROXIES", "127.0.0.0/8"),
            CHOSEN,
            Map.of(
                    "RESPECT_PRIVACY_SIGNALS", "true",
                    "ROLLUP_DEFAULT_PROPERTY_ID", "default-site",
                    "QUERY_TIMEOUT_MS", "2000",
                    "TRACKER_PATH", "/js/site.js"));

    private final Map<String, String> variables = new HashMap<>();

    @Override
    public void init(Map<String, String> arguments) {
        variables.putAll(arguments);
        String group = variables.remove(GROUP);
        if (group != null) {
            variables.putAll(Objects.requireNonNull(GROUPS.get(group), group));
        }
        if (variables.containsKey("TRUSTED_PROXIES")) {
            variables.put("CLIENT_IP_HEADER", "X-Forwarded-For");
        }
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "DATABASE_URL",
                Database.migrated().url(),
                "IP_HASH_PEPPER",
                PEPPER,
                "ADMIN_API_KEY",
                ADMIN_KEY,
                "HOST",
                "127.0.0.1",
                "CORS_ALLOWED_ORIGINS",
                ALLOWED_ORIGIN,
                "PUBLIC_URL",
                "https://api.example.com",
                "RATE_LIMIT_BYTES",
                "1000000000",
                "PRIVACY_CONTACT_EMAIL",
                "privacy@example.ca",
                "RAW_EVENT_RETENTION_DAYS",
                "60",
                "ROLLUP_RETENTION_MONTHS",
                "13"));
        for (String limit : List.of(
                "EVENTS",
                "LEADS",
                "LEAD_EMAILS",
                "UNSUBSCRIBE",
                "LEAD_DELETE",
                "LEAD_EXPORT",
                "METRICS",
                "DASHBOARD")) {
            environment.put("RATE_LIMIT_" + limit, "1000000");
        }
        environment.putAll(variables);
        environment.replaceAll((name, value) -> value.replace("127.0.0.1:0/", "127.0.0.1:" + Ports.free() + "/"));
        return environment;
    }

    @Override
    public void stop() {
        // The database is removed with its server when the tests end.
    }
}
