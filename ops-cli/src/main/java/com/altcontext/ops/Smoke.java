package com.altcontext.ops;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.ops.Deployment.Answer;
import com.altcontext.ops.Deployment.NoAnswer;
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

    private static final int MAX_SENT = 2_000;

    /** What a visitor without a lead leaves. */
    private static final List<String> REMOVE = List.of(
            "DELETE FROM events WHERE visitor_id = ?",
            "DELETE FROM sessions WHERE visitor_id = ?",
            "DELETE FROM visitors WHERE visitor_id = ?");

    private final Deployment deployment;
    private final Optional<String> adminKey;
    private final Optional<String> origin;
    private final Optional<Sql> database;
    private final String anonId = "smoke-" + UUID.randomUUID();
    private final UUID eventId = UUID.randomUUID();
    private final String email = "smoke-" + UUID.randomUUID() + "@example.com";
    private final List<Result> results = new ArrayList<>();
    private Optional<UUID> visitorId = Optional.empty();
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
        check("honeypot", this::honeypot);
        check("event", this::event);
        check("row", this::row);
        check("lead", this::lead);
        check("metrics", this::metrics);
        check("cors", this::allowedOrigin);
        check("cors-foreign", this::foreignOrigin);
        check("admin-only", this::adminOnly);
        check("headers", this::headers);
        check("limit", this::limit);
        check("clean-up", this::cleanUp);
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

    /** The event that {@link #event} sends next, filled in by a robot: were it stored, that one would be its duplicate. */
    private String honeypot() throws NoAnswer {
        Answer answer = deployment.post("/v1/events", beacon(",\"honeypot\":\"filled\""));
        return expect(answer.status() == 202 && answer.body().equals("{\"ok\":true}"), answer, "202 without ids");
    }

    private String event() throws NoAnswer {
        Answer answer = deployment.post("/v1/events", beacon(""));
        String outcome = answer.header("x-outcome").orElse("");
        visitorId = answer.id("visitorId").map(UUID::fromString);
        expect(!outcome.equals("duplicate"), answer, "202 stored: what was in the honeypot is kept");
        return expect(
                answer.status() == 202 && List.of("stored", "bot").contains(outcome) && visitorId.isPresent(),
                answer,
                "202 stored with ids");
    }

    /** The same event again: the service finds the row that the first one has left. */
    private String row() throws NoAnswer {
        Answer again = deployment.post("/v1/events", beacon(""));
        boolean found = again.header("x-outcome").orElse("").equals("duplicate");
        expect(again.status() == 202 && found, again, "202 duplicate");
        if (database.isEmpty()) {
            return again.seen();
        }
        long rows = rows();
        if (rows != 1) {
            throw new Wrong(again.seen() + ", and " + rows + " rows in the database");
        }
        return again.seen() + ", one row in the database";
    }

    /** How many events the database holds of this run. */
    private long rows() {
        return database.orElseThrow()
                .inTransaction(tx -> tx.query(
                                "SELECT count(*) FROM events WHERE visitor_id = ?",
                                row -> row.number(1),
                                visitorId.orElse(null))
                        .getFirst());
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
        return expect(
                answer.status() < 500
                        && answer.header("access-control-allow-origin").isEmpty(),
                answer,
                "a foreign origin left out");
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

    /** Those that keep a browser from making more of an answer than it is. */
    private String headers() throws NoAnswer {
        Answer answer = deployment.get("/v1/nothing-here");
        expect(answer.status() == 404 && answer.body().contains("\"not_found\""), answer, "404 not_found");
        boolean sniffed = !answer.header("x-content-type-options").orElse("").equals("nosniff");
        expect(!sniffed, answer, "with x-content-type-options: nosniff");
        List<String> wanted = new ArrayList<>(List.of("content-security-policy", "referrer-policy", "x-request-id"));
        if (deployment.isSecure()) {
            wanted.add("strict-transport-security");
        }
        for (String name : wanted) {
            expect(answer.header(name).isPresent(), answer, "with " + name);
        }
        return answer.seen();
    }

    /** Of the event that is stored already, so that nothing is added. More than so many would be load, not a test. */
    private String limit() throws NoAnswer {
        String batch = "[" + String.join(",", Collections.nCopies(BATCH, beacon(""))) + "]";
        Answer answer = deployment.post("/v1/events/batch", batch);
        for (int sent = BATCH; answer.status() == 202 && sent < MAX_SENT; sent += BATCH) {
            answer = deployment.post("/v1/events/batch", batch);
        }
        if (answer.status() == 202) {
            return skipped("more than " + MAX_SENT + " events a minute are allowed, and no more are sent");
        }
        return expect(
                answer.status() == 429
                        && answer.header("retry-after").isPresent()
                        && answer.header("ratelimit").isPresent(),
                answer,
                "429 with Retry-After");
    }

    /** By the service where that was given a lead, else by the database. */
    private String cleanUp() throws NoAnswer {
        String seen;
        if (captured && adminKey.isPresent()) {
            Answer answer = deployment.post(
                    "/v1/leads/delete", "{\"email\":\"" + email + "\"}", "x-admin-key:" + adminKey.get());
            seen = expect(answer.status() == 200, answer, "200: a lead of this test is left");
        } else if (visitorId.isEmpty()) {
            return skipped("nothing was written");
        } else if (database.isEmpty()) {
            return skipped("no lead was made; one event stays, as a bot's");
        } else {
            UUID visitor = visitorId.get();
            seen = database.get()
                            .inTransaction(tx -> REMOVE.stream()
                                    .mapToInt(sql -> tx.update(sql, visitor))
                                    .sum())
                    + " rows removed";
        }
        if (database.isPresent() && rows() > 0) {
            throw new Wrong(seen + ", and an event is left in the database");
        }
        return seen;
    }

    /** The same event for the whole run, with more fields. */
    private String beacon(String more) {
        return "{\"anonId\":\"%s\",\"eventType\":\"smoke_test\",\"path\":\"/\",\"eventId\":\"%s\"%s}"
                .formatted(anonId, eventId, more);
    }
}
