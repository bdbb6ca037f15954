package com.altcontext.ops.smoke;

import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseFailure;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.ops.smoke.Deployment.NoResponse;
import com.altcontext.ops.smoke.Deployment.ServiceResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * One run of the deployment checklist against a live service. Its visitor has the user agent of an HTTP library, so it is
 * stored as a bot and in no metric. It is deleted at the end together with its lead.
 */
final class SmokeChecks {
    private static final String FOREIGN = "https://foreign.invalid";
    /** Few: each event of the batch that is over the limit counts as a rejection. */
    private static final int BATCH = 10;

    private static final int MAX_SENT = 2_000;

    /** Deletes the rows of a visitor without a lead. */
    private static final List<String> REMOVE_VISITOR = List.of(
            "DELETE FROM events WHERE bucket = ?::int2 AND visitor_id = ?",
            "DELETE FROM sessions WHERE bucket = ?::int2 AND visitor_id = ?",
            "DELETE FROM visitors WHERE bucket = ?::int2 AND visitor_id = ?");

    private final Deployment deployment;
    private final Optional<String> adminKey;
    private final Optional<String> origin;
    private final Optional<Sql> database;
    private final String anonId = "smoke-" + UUID.randomUUID();
    private final UUID eventId = UUID.randomUUID();
    private final String email = "smoke-" + UUID.randomUUID() + "@example.com";
    private final List<CheckResult> results = new ArrayList<>();
    private Optional<UUID> visitorId = Optional.empty();
    private boolean captured;
    private boolean isKeyRefused;
    private boolean unreachable;

    SmokeChecks(Deployment deployment, Optional<String> adminKey, Optional<String> origin, Optional<Sql> database) {
        this.deployment = deployment;
        this.adminKey = adminKey;
        this.origin = origin;
        this.database = database;
    }

    enum CheckStatus {
        OK,
        FAILED,
        SKIPPED
    }

    /** @param seen what was answered, or why the check was skipped; it holds no secret and no address */
    record CheckResult(String check, CheckStatus status, String seen) {}

    private interface Check {
        /** @throws NotPassed if the check fails or is skipped */
        String seen() throws NoResponse;
    }

    /** A check failed, and the message says what was seen; or it was skipped, and the message says why. */
    private static final class NotPassed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final CheckStatus status;

        NotPassed(CheckStatus status, String seen) {
            super(seen, null, false, false);
            this.status = status;
        }
    }

    /** Runs all checks in their order, as long as the service can be reached. */
    List<CheckResult> run() {
        check("health", this::health);
        check("https", this::https);
        check("honeypot", this::honeypot);
        check("event", this::event);
        check("row", this::row);
        check("metrics", this::metrics);
        check("lead", this::lead);
        check("cors", this::allowedOrigin);
        check("cors-foreign", this::foreignOrigin);
        check("admin-only", this::adminOnly);
        check("headers", this::headers);
        check("limit", this::limit);
        check("clean-up", this::cleanUp);
        return List.copyOf(results);
    }

    private void check(String name, Check check) {
        if (unreachable) {
            return;
        }
        try {
            results.add(new CheckResult(name, CheckStatus.OK, check.seen()));
        } catch (NotPassed other) {
            results.add(new CheckResult(name, other.status, String.valueOf(other.getMessage())));
        } catch (NoResponse none) {
            unreachable = none.isUnreachable();
            results.add(new CheckResult(name, CheckStatus.FAILED, "no answer: " + none.getMessage()));
        } catch (SqlFailure | DatabaseFailure failed) {
            results.add(new CheckResult(name, CheckStatus.FAILED, "the database: " + failed.getMessage()));
        }
    }

    private static NotPassed skipped(String why) {
        return new NotPassed(CheckStatus.SKIPPED, why);
    }

    private static NotPassed failed(String seen) {
        return new NotPassed(CheckStatus.FAILED, seen);
    }

    private static String expect(boolean ok, ServiceResponse response, String expected) {
        if (!ok) {
            throw failed(response.summary() + ", expected " + expected);
        }
        return response.summary();
    }

    private String health() throws NoResponse {
        ServiceResponse response = deployment.get("/v1/healthz");
        return expect(
                response.status() == 200 && response.body().equals("{\"ok\":true}"), response, "200 {\"ok\":true}");
    }

    private String https() throws NoResponse {
        if (!deployment.isSecure()) {
            throw skipped("the address given is not https");
        }
        ServiceResponse response = deployment.getInsecurely("/v1/healthz");
        String location = response.header("location").orElse("");
        return expect(
                response.status() / 100 == 3 && location.startsWith("https://"), response, "a redirection to https");
    }

    /**
     * Sends the event that {@link #event} sends next, but with the honeypot filled in. If it were stored, the next one would be a
     * duplicate.
     */
    private String honeypot() throws NoResponse {
        ServiceResponse response = deployment.post("/v1/events", beacon(",\"honeypot\":\"filled\""));
        return expect(response.status() == 202 && response.body().equals("{\"ok\":true}"), response, "202 without ids");
    }

    private String event() throws NoResponse {
        ServiceResponse response = deployment.post("/v1/events", beacon(""));
        String outcome = response.header("x-outcome").orElse("");
        visitorId = response.id("visitorId").map(UUID::fromString);
        expect(!outcome.equals("duplicate"), response, "202 stored: the event with the filled honeypot was stored");
        return expect(
                response.status() == 202 && List.of("stored", "bot").contains(outcome) && visitorId.isPresent(),
                response,
                "202 stored with ids");
    }

    /** Sends the same event again: the service must find the row of the first one. */
    private String row() throws NoResponse {
        ServiceResponse again = deployment.post("/v1/events", beacon(""));
        boolean found = again.header("x-outcome").orElse("").equals("duplicate");
        expect(again.status() == 202 && found, again, "202 duplicate");
        if (database.isEmpty()) {
            return again.summary();
        }
        long rows = rows();
        if (rows != 1) {
            throw failed(again.summary() + ", and " + rows + " rows in the database");
        }
        return again.summary() + ", one row in the database";
    }

    /** How many events of this run are in the database. */
    private long rows() {
        if (visitorId.isEmpty()) {
            return 0;
        }
        UUID visitor = visitorId.get();
        return database.orElseThrow()
                .inTransaction(tx -> tx.queryOne(
                        "SELECT count(*) FROM events WHERE bucket = ?::int2 AND visitor_id = ?",
                        row -> row.number(1),
                        Buckets.read(tx).of(visitor).number(),
                        visitor));
    }

    private String lead() throws NoResponse {
        if (adminKey.isEmpty() || isKeyRefused) {
            throw skipped("without a valid ADMIN_API_KEY, the lead could not be removed again");
        }
        captured = true; // even if the answer is lost
        ServiceResponse response = deployment.post(
                "/v1/leads/capture",
                "{\"email\":\"%s\",\"anonId\":\"%s\",\"path\":\"/\",\"formName\":\"smoke\"}".formatted(email, anonId));
        captured = response.status() == 200;
        return expect(captured && response.id("leadId").isPresent(), response, "200 with a leadId");
    }

    private String metrics() throws NoResponse {
        if (adminKey.isEmpty()) {
            throw skipped("ADMIN_API_KEY is not set");
        }
        ServiceResponse response = deployment.get("/v1/metrics/summary?window=7", "x-admin-key", adminKey.get());
        isKeyRefused = response.status() == 401;
        return expect(
                response.status() == 200 && response.body().contains("\"uniqueVisitors\""),
                response,
                "200 with figures");
    }

    private String allowedOrigin() throws NoResponse {
        if (origin.isEmpty()) {
            throw skipped("give --origin, one of CORS_ALLOWED_ORIGINS");
        }
        ServiceResponse response = preflight(origin.get());
        boolean named = response.header("access-control-allow-origin").equals(origin);
        boolean varies =
                response.header("vary").orElse("").toLowerCase(Locale.ROOT).contains("origin");
        return expect(
                response.status() / 100 == 2 && named && varies, response, "2xx with headers that allow the origin");
    }

    private String foreignOrigin() throws NoResponse {
        ServiceResponse response = preflight(FOREIGN);
        return expect(
                response.status() < 500
                        && response.header("access-control-allow-origin").isEmpty(),
                response,
                "no header that allows a foreign origin");
    }

    private ServiceResponse preflight(String from) throws NoResponse {
        return deployment.options(
                "/v1/events",
                "origin",
                from,
                "access-control-request-method",
                "POST",
                "access-control-request-headers",
                "content-type");
    }

    private String adminOnly() throws NoResponse {
        ServiceResponse response = deployment.post("/v1/leads/delete", "{\"email\":\"unknown@example.com\"}");
        return expect(response.status() == 401, response, "401");
    }

    /** The headers that keep a browser from misusing a response. */
    private String headers() throws NoResponse {
        ServiceResponse response = deployment.get("/v1/nothing-here");
        expect(response.status() == 404 && response.body().contains("\"not_found\""), response, "404 not_found");
        boolean isTypeFixed =
                response.header("x-content-type-options").orElse("").equals("nosniff");
        expect(isTypeFixed, response, "with x-content-type-options: nosniff");
        List<String> names = new ArrayList<>(List.of("content-security-policy", "referrer-policy", "x-request-id"));
        if (deployment.isSecure()) {
            names.add("strict-transport-security");
        }
        for (String name : names) {
            expect(response.header(name).isPresent(), response, "with " + name);
        }
        return response.summary();
    }

    /** Sends the event that is already stored, so that nothing is added. More than {@link #MAX_SENT} would be a load test. */
    private String limit() throws NoResponse {
        String batch = "[" + String.join(",", Collections.nCopies(BATCH, beacon(""))) + "]";
        ServiceResponse response = deployment.post("/v1/events/batch", batch);
        for (int sent = BATCH; response.status() == 202 && sent < MAX_SENT; sent += BATCH) {
            response = deployment.post("/v1/events/batch", batch);
        }
        if (response.status() == 202) {
            throw skipped("more than " + MAX_SENT + " events a minute are allowed, and this test sends no more");
        }
        return expect(
                response.status() == 429
                        && response.header("retry-after").isPresent()
                        && response.header("ratelimit").isPresent(),
                response,
                "429 with Retry-After");
    }

    /** Deletes what this run stored: through the service if it stored a lead, else in the database. */
    private String cleanUp() throws NoResponse {
        String seen;
        if (captured && adminKey.isPresent()) {
            ServiceResponse response =
                    deployment.post("/v1/leads/delete", "{\"email\":\"" + email + "\"}", "x-admin-key", adminKey.get());
            seen = expect(
                    response.status() == 200 || response.status() == 404, response, "200: a lead of this test remains");
        } else if (visitorId.isEmpty()) {
            throw skipped("nothing was written");
        } else if (database.isEmpty()) {
            throw skipped("no lead was made; one event remains, counted as a bot's");
        } else {
            UUID visitor = visitorId.get();
            seen = database.get().inTransaction(tx -> {
                        short bucket = Buckets.read(tx).of(visitor).number();
                        return REMOVE_VISITOR.stream()
                                .mapToInt(sql -> tx.update(sql, bucket, visitor))
                                .sum();
                    })
                    + " rows removed";
        }
        if (database.isPresent() && rows() > 0) {
            throw failed(seen + ", but an event remains in the database");
        }
        return seen;
    }

    /** The JSON of this run's event, with more fields. */
    private String beacon(String more) {
        return "{\"anonId\":\"%s\",\"eventType\":\"smoke_test\",\"path\":\"/\",\"eventId\":\"%s\"%s}"
                .formatted(anonId, eventId, more);
    }
}
