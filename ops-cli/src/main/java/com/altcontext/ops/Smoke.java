package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.ops.Deployment.Answer;
import com.altcontext.ops.Deployment.NoAnswer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * One run of the deployment checklist against a live service. Its visitor comes with the name of an HTTP library, so it is
 * stored as a bot and in no metric, and is forgotten at the end together with its lead.
 */
final class Smoke {
    private static final String FOREIGN = "https://foreign.invalid";
    private static final int BATCH = 100;

    private static final int MOST_SENT = 2_000;

    private final Deployment deployment;
    private final Optional<String> adminKey;
    private final Optional<String> origin;
    private final Optional<Sql> database;
    private final String anonId = "smoke-" + UUID.randomUUID();
    private final String email = "smoke-" + UUID.randomUUID() + "@example.com";
    private final List<Result> results = new ArrayList<>();
    private boolean captured;

    Smoke(Deployment deployment, Optional<String> adminKey, Optional<String> origin, Optional<Sql> database) {
        this.deployment = deployment;
        this.adminKey = adminKey;
        this.origin = origin;
        this.database = database;
    }

    enum Verdict {
        OK,
        FAILED,
        SKIPPED
    }

    /** @param seen what was answered, or why nothing was asked; nothing secret, no address */
    record Result(String check, Verdict verdict, String seen) {}

    private interface Check {
        /** @throws Wrong when it is not as it should be */
        String seen() throws NoAnswer;
    }

    /** What is wrong; its message is what was seen. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String seen) {
            super(seen, null, false, false);
        }
    }

    /** All the checks, in their order. */
    List<Result> run() {
        check("health", this::health);
        check("https", this::https);
        check("event", this::event);
        check("row", this::row);
        check("honeypot", this::honeypot);
        check("lead", this::lead);
        check("metrics", this::metrics);
        check("cors", this::allowedOrigin);
        check("cors-foreign", this::foreignOrigin);
        check("admin-only", this::adminOnly);
        check("headers", this::headers);
        check("clean-up", this::cleanUp);
        check("limit", this::limit);
        return List.copyOf(results);
    }

    private void check(String name, Check check) {
        try {
            String seen = check.seen();
            boolean skipped = seen.startsWith("skipped: ");
            results.add(new Result(
                    name,
                    skipped ? Verdict.SKIPPED : Verdict.OK,
                    skipped ? seen.substring("skipped: ".length()) : seen));
        } catch (Wrong wrong) {
            results.add(new Result(name, Verdict.FAILED, String.valueOf(wrong.getMessage())));
        } catch (NoAnswer none) {
            results.add(new Result(name, Verdict.FAILED, "no answer: " + none.getMessage()));
        } catch (SqlFailure failed) {
            results.add(new Result(name, Verdict.FAILED, "the database: " + failed.getMessage()));
        }
    }

    private static String skipped(String why) {
        return "skipped: " + why;
    }

    private static String expect(boolean right, Answer answer, String wanted) {
        if (!right) {
            throw new Wrong(answer.seen() + ", not " + wanted);
        }
        return answer.seen();
    }

    private String health() throws NoAnswer {
        Answer answer = deployment.get("/v1/healthz");
        return expect(answer.status() == 200 && answer.body().equals("{\"ok\":true}"), answer, "200 {\"ok\":true}");
    }

    private String https() throws NoAnswer {
        if (!deployment.isSecure()) {
            return skipped("the address given is not https");
        }
        Answer answer = deployment.getInsecurely("/v1/healthz");
        String location = answer.header("location").orElse("");
        return expect(answer.status() / 100 == 3 && location.startsWith("https://"), answer, "a redirection to https");
    }

    private String event() throws NoAnswer {
        Answer answer = deployment.post("/v1/events", beacon("\"eventId\":\"" + eventId() + "\""));
        boolean accepted =
                List.of("stored", "bot").contains(answer.header("x-outcome").orElse(""));
        return expect(
                answer.status() == 202 && accepted && answer.id("eventId").isPresent(), answer, "202 stored with ids");
    }

    /** The same event again: the service finds the row that the first one has left. */
    private String row() throws NoAnswer {
        Answer again = deployment.post("/v1/events", beacon("\"eventId\":\"" + eventId() + "\""));
        expect(
                again.status() == 202
                        && again.header("x-outcome").orElse("").equals("duplicate")
                        && again.id("eventId").isPresent(),
                again,
                "202 duplicate");
        if (database.isEmpty()) {
            return again.seen();
        }
        long rows = rows(again.id("eventId").orElseThrow());
        if (rows != 1) {
            throw new Wrong(again.seen() + ", and " + rows + " rows in the database");
        }
        return again.seen() + ", one row in the database";
    }

    private long rows(String eventId) {
        return database.orElseThrow()
                .inTransaction(tx -> tx.query(
                                "SELECT count(*) FROM events WHERE id = ?",
                                row -> row.number(1),
                                UUID.fromString(eventId))
                        .getFirst());
    }

    private String honeypot() throws NoAnswer {
        Answer answer = deployment.post("/v1/events", beacon("\"honeypot\":\"filled\""));
        expect(answer.status() == 202 && answer.body().equals("{\"ok\":true}"), answer, "202 without ids");
        return answer.seen();
    }

    private String lead() throws NoAnswer {
        if (adminKey.isEmpty()) {
            return skipped("without ADMIN_API_KEY it could not be taken away again");
        }
        Answer answer = deployment.post(
                "/v1/leads/capture",
                "{\"email\":\"%s\",\"anonId\":\"%s\",\"path\":\"/\",\"formName\":\"smoke\"}".formatted(email, anonId));
        captured = answer.status() == 200;
        return expect(captured && answer.id("leadId").isPresent(), answer, "200 with a leadId");
    }

    private String metrics() throws NoAnswer {
        if (adminKey.isEmpty()) {
            return skipped("ADMIN_API_KEY is not set");
        }
        Answer answer = deployment.get("/v1/metrics/summary?window=7", "x-admin-key:" + adminKey.get());
        return expect(
                answer.status() == 200 && answer.body().contains("\"uniqueVisitors\""), answer, "200 with figures");
    }

    private String allowedOrigin() throws NoAnswer {
        if (origin.isEmpty()) {
            return skipped("give --origin, one of CORS_ALLOWED_ORIGINS");
        }
        Answer answer = preflight(origin.get());
        boolean named = answer.header("access-control-allow-origin").equals(origin);
        boolean varies =
                answer.header("vary").orElse("").toLowerCase(Locale.ROOT).contains("origin");
        return expect(answer.status() / 100 == 2 && named && varies, answer, "that origin allowed");
    }

    private String foreignOrigin() throws NoAnswer {
        Answer answer = preflight(FOREIGN);
        return expect(answer.header("access-control-allow-origin").isEmpty(), answer, "a foreign origin left out");
    }

    private Answer preflight(String from) throws NoAnswer {
        return deployment.options(
                "/v1/events",
                "origin:" + from,
                "access-control-request-method:POST",
                "access-control-request-headers:content-type");
    }

    private String adminOnly() throws NoAnswer {
        Answer answer = deployment.post("/v1/leads/delete", "{\"email\":\"nobody@example.com\"}");
        return expect(answer.status() == 401, answer, "401");
    }

    private String headers() throws NoAnswer {
        Answer answer = deployment.get("/v1/nothing-here");
        boolean sniffed = !answer.header("x-content-type-options").orElse("").equals("nosniff");
        expect(answer.status() == 404 && answer.body().contains("\"not_found\""), answer, "404 not_found");
        expect(!sniffed, answer, "x-content-type-options: nosniff");
        expect(answer.header("x-request-id").isPresent(), answer, "an x-request-id");
        return answer.seen();
    }

    private String cleanUp() throws NoAnswer {
        if (!captured || adminKey.isEmpty()) {
            return skipped("no lead was made; one event stays, as a bot's");
        }
        Answer answer =
                deployment.post("/v1/leads/delete", "{\"email\":\"" + email + "\"}", "x-admin-key:" + adminKey.get());
        return expect(answer.status() == 200, answer, "200: a lead of this test is left");
    }

    /** Events that are dropped for their honeypot count as well. More than so many would be load, not a test. */
    private String limit() throws NoAnswer {
        String dropped = beacon("\"honeypot\":\"filled\"");
        String batch = "[" + String.join(",", Collections.nCopies(BATCH, dropped)) + "]";
        Answer answer = deployment.post("/v1/events/batch", batch);
        for (int sent = BATCH; answer.status() == 202 && sent < MOST_SENT; sent += BATCH) {
            answer = deployment.post("/v1/events/batch", batch);
        }
        return expect(
                answer.status() == 429
                        && answer.header("retry-after").isPresent()
                        && answer.header("ratelimit").isPresent(),
                answer,
                "429 with Retry-After within " + MOST_SENT + " events");
    }

    private String beacon(String more) {
        return "{\"anonId\":\"%s\",\"eventType\":\"smoke_test\",\"path\":\"/\",%s}".formatted(anonId, more);
    }

    /** The same for the whole run. */
    private String eventId() {
        return UUID.nameUUIDFromBytes(anonId.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
