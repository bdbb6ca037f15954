package com.altcontext.api;

import com.altcontext.devdb.TestDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs the service under test on an empty database of its own, configured by the variables that an operator would set.
 * An argument of {@code @WithTestResource} sets or replaces one of them; port 0 in an address becomes a free one.
 */
public final class TestService implements QuarkusTestResourceLifecycleManager {
    static final String PEPPER = "a pepper for tests only";
    static final String ADMIN_KEY = "an admin key for tests only";
    static final String ALLOWED_ORIGIN = "https://www.example.com";

    private final Map<String, String> variables = new HashMap<>();

    @Override
    public void init(Map<String, String> arguments) {
        variables.putAll(arguments);
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "DATABASE_URL",
                TestDatabase.fresh(),
                "IP_HASH_PEPPER",
                PEPPER,
                "ADMIN_API_KEY",
                ADMIN_KEY,
                "HOST",
                "127.0.0.1",
                "CORS_ALLOWED_ORIGINS",
                ALLOWED_ORIGIN,
                "RATE_LIMIT_EVENTS",
                "1000000",
                "RATE_LIMIT_BYTES",
                "1000000000",
                "RATE_LIMIT_LEADS",
                "1000000",
                "RATE_LIMIT_LEAD_EMAILS",
                "1000000",
                "PUBLIC_URL",
                "https://api.example.com"));
        environment.putAll(variables);
        environment.replaceAll((name, value) -> value.replace("127.0.0.1:0/", "127.0.0.1:" + freePort() + "/"));
        return environment;
    }

    /** A port of this machine where nothing listens yet. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }

    @Override
    public void stop() {
        // The database goes with its server, when the tests end.
    }
}
