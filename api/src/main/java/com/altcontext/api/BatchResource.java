package com.altcontext.api;

import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/events/batch}: up to a hundred events, each judged alone, stored by one transaction. */
@Path("/v1/events/batch")
public class BatchResource {
    private static final int MOST_EVENTS = 100;

    private final EventIntake intake;
    private final GroupCommit groupCommit;
    private final RateLimiter limiter;
    private final Tally tally;

    BatchResource(EventIntake intake, GroupCommit groupCommit, RateLimiter limiter, Tally tally) {
        this.intake = intake;
        this.groupCommit = groupCommit;
        this.limiter = limiter;
        this.tally = tally;
    }

    /** What became of each event, in the order of the request. */
    public record Answer(boolean ok, List<Result> results) {}

    /** What became of one event; a dropped one has no ids. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(
            boolean ok,
            @Nullable String outcome,
            @Nullable UUID eventId,
            @Nullable UUID visitorId,
            @Nullable UUID sessionId,
            @Nullable String error,
            @Nullable List<Issue> issues) {
        private static final Result DROPPED = new Result(true, "dropped", null, null, null, null, null);

        private static Result of(String outcome, Receipt receipt) {
            return new Result(true, outcome, receipt.eventId(), receipt.visitorId(), receipt.sessionId(), null, null);
        }

        private static Result failed(Problem problem, @Nullable List<Issue> issues) {
            return new Result(false, null, null, null, null, problem.code(), issues);
        }
    }

    @POST
    public CompletionStage<RestResponse<Object>> post(@Context RoutingContext context) {
        Client client = Client.of(context);
        Issues issues = new Issues();
        JsonNode body = JsonBody.read(context.body().buffer().getBytes(), issues);
        JsonNode events = events(body, issues);
        if (events == null) {
            tally.refused(intake.propertyOf(client).id(), Endpoint.EVENTS_BATCH, Problem.INVALID_REQUEST);
            throw new Rejected(issues.list());
        }
        // The door took one; each of the others counts as well.
        RateLimiter.Verdict verdict = limiter.take(Endpoint.Limit.EVENTS, client.address(), events.size() - 1);
        if (!verdict.passed()) {
            tally.refused(intake.propertyOf(client).id(), Endpoint.EVENTS_BATCH, Problem.RATE_LIMITED);
            Edge.limited(context.response().headers(), verdict);
            return CompletableFuture.completedFuture(Failures.answer(Problem.RATE_LIMITED));
        }
        return store(judge(events, client, issues.list(), body == events ? "" : "events."));
    }

    /** The array of events, or null with an issue that says why there is none. */
    private static @Nullable JsonNode events(@Nullable JsonNode body, Issues issues) {
        if (body == null) {
            return null;
        }
        JsonNode events = body.isObject() ? body.get("events") : body;
        if (events == null || !events.isArray() || events.isEmpty() || events.size() > MOST_EVENTS) {
            issues.add("events", "must be an array of 1 to " + MOST_EVENTS + " events");
            return null;
        }
        return events;
    }

    /** An event that is already decided, or one that is still to be stored. */
    private record Slot(@Nullable Result result, @Nullable Event event) {}

    private List<Slot> judge(JsonNode events, Client client, List<Issue> found, String prefix) {
        List<Slot> slots = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            slots.add(judge(events.get(i), client, issuesOf(found, prefix + i)));
        }
        return slots;
    }

    private Slot judge(JsonNode event, Client client, Issues issues) {
        return switch (intake.judge(event, client, issues)) {
            case EventIntake.Judgement.Store store -> new Slot(null, store.event());
            case EventIntake.Judgement.Drop drop -> {
                tally.dropped(drop.propertyId(), Endpoint.EVENTS_BATCH, drop.reason());
                yield new Slot(Result.DROPPED, null);
            }
            case EventIntake.Judgement.Refuse refuse -> {
                tally.refused(refuse.propertyId(), Endpoint.EVENTS_BATCH, Problem.INVALID_REQUEST);
                yield new Slot(Result.failed(Problem.INVALID_REQUEST, refuse.issues()), null);
            }
        };
    }

    /** What reading the body found inside one event, with paths as that event's sender knows them. */
    private static Issues issuesOf(List<Issue> found, String event) {
        Issues issues = new Issues();
        for (Issue issue : found) {
            if (issue.path().equals(event)) {
                issues.add("", issue.message());
            } else if (issue.path().startsWith(event + '.')) {
                issues.add(issue.path().substring(event.length() + 1), issue.message());
            }
        }
        return issues;
    }

    private CompletionStage<RestResponse<Object>> store(List<Slot> slots) {
        List<Event> events = slots.stream()
                .<Event>mapMulti((slot, out) -> {
                    if (slot.event != null) {
                        out.accept(slot.event);
                    }
                })
                .toList();
        return events.isEmpty()
                ? CompletableFuture.completedFuture(answer(slots, List.of()))
                : groupCommit.submit(events).thenApply(outcomes -> answer(slots, outcomes));
    }

    private RestResponse<Object> answer(List<Slot> slots, List<Outcome> outcomes) {
        Result[] results = new Result[slots.size()];
        int decided = 0;
        for (int i = 0; i < results.length; i++) {
            Result known = slots.get(i).result;
            results[i] = known != null ? known : result(outcomes.get(decided++));
        }
        return RestResponse.ResponseBuilder.<Object>create(RestResponse.Status.ACCEPTED)
                .entity(new Answer(true, Arrays.asList(results)))
                .build();
    }

    private Result result(Outcome outcome) {
        tally.decided(outcome);
        return switch (outcome) {
            case Outcome.Stored(Receipt receipt, DeviceType device) ->
                Result.of(device == DeviceType.BOT ? "bot" : "stored", receipt);
            case Outcome.Duplicate(Receipt receipt) -> Result.of("duplicate", receipt);
            case Outcome.Dropped dropped -> Result.DROPPED;
            case Outcome.Unstorable unstorable -> Result.failed(Problem.INTERNAL_ERROR, null);
        };
    }
}
