package com.altcontext.api.dashboard;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client of the dashboard's routes. Each test has its own IP address, because attempts to sign in are counted by
 * address.
 */
abstract class DashboardClient {
    static final String SESSION = "/v1/dashboard/session";
    static final String PROPERTIES = "/v1/dashboard/properties";
    static final String SUMMARY = "/v1/metrics/summary";
    static final String NAME = "__Host-altcontext-dashboard";
    static final String UNAUTHORIZED = "{\"ok\":false,\"error\":\"unauthorized\"}";
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    final String client = "192.0.2." + CLIENTS.incrementAndGet();

    final Call call(String method, String path) {
        return Call.of(method, path).header("x-forwarded-for", client);
    }

    final Call signIn(Object body) {
        return call("POST", SESSION).json(body);
    }

    static Object key(String key) {
        return Call.JSON.createObjectNode().put("key", key);
    }

    /** The cookie of a session, as the browser sends it. */
    final String cookie() {
        String setCookie = signIn(key(TestService.ADMIN_KEY)).send().header("set-cookie");
        return Objects.requireNonNull(setCookie).replaceFirst(";.*", "");
    }

    final int status(String cookie) {
        return call("GET", SESSION).header("cookie", cookie).send().status();
    }
}
