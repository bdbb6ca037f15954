package com.altcontext.api.event;

import com.altcontext.api.http.DirectHandler;
import com.altcontext.api.http.DirectRoute;
import com.altcontext.api.http.ErrorMapper;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.Public;
import com.altcontext.api.http.RateLimited;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.RequestMetrics;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Unavailable;
import com.altcontext.value.Issues;
import com.altcontext.value.Weight;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/events/batch}: takes up to a hundred events in. Each is judged alone; one transaction stores them. */
@Singleton
public final class EventBatchRoute implements DirectHandler {
    private static final int MAX_EVENTS = 100;
    /** Bytes of the heap for what is decided of one event, beside its text. */
    private static final int SLOT = 32;

    private final EventJudge judge;
    private final GroupCommit groupCommit;
    private final RateLimiter limiter;
    private final MemoryBudget memory;
    private final RequestMetrics requests;
    private final IngestMetrics metrics;
    private final ErrorMapper errors;

    EventBatchRoute(
            EventJudge judge,
            GroupCommit groupCommit,
            RateLimiter limiter,
            MemoryBudget memory,
            RequestMetrics requests,
            IngestMetrics metrics,
            ErrorMapper errors) {
        this.judge = judge;
        this.groupCommit = groupCommit;
        this.limiter = limiter;
        this.memory = memory;
        this.requests = requests;
        this.metrics = metrics;
        this.errors = errors;
    }

    @Override
    @DirectRoute("/v1/events/batch")
    @Public
    @RateLimited(Limit.EVENTS)
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public void handle(RequestContext request, byte[] body) {
        Issues outside = new Issues();
        JsonBody.Batch batch = JsonBody.readBatch(body, MAX_EVENTS, outside);
        JsonNode events = events(batch.body(), outside);
        if (events == null || !outside.isEmpty()) {
            throw Refusal.invalid(outside);
        }
        limitOthers(request, events.size() - 1);
        store(request, judge(request, events, batch.eventIssues()));
    }

    /** The array of events, or null with an issue that says why there is none. */
    private static @Nullable JsonNode events(@Nullable JsonNode body, Issues issues) {
        if (body == null) {
            return null;
        }
        JsonNode events = body.isObject() ? body.get("events") : body;
        if (events == null || !events.isArray() || events.isEmpty() || events.size() > MAX_EVENTS) {
            issues.add("events", "must be an array of 1 to " + MAX_EVENTS + " events");
            return null;
        }
        return events;
    }

    /** The first event was counted with the request. */
    private void limitOthers(RequestContext request, int others) {
        if (others == 0) {
            return;
        }
        RateLimiter.Decision decision =
                limiter.take(Limit.EVENTS, request.client().address(), others);
        if (!decision.isAllowed()) {
            throw request.beyond(decision);
        }
    }

    /** The result of one event as JSON, where it is known already, or the event that the writer still decides about. */
    private record Slot(@Nullable String result, @Nullable Event event) {}

    private List<Slot> judge(RequestContext request, JsonNode events, List<Issues> issues) {
        List<Slot> slots = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            slots.add(judge(request, events.get(i), issues.get(i)));
        }
        return slots;
    }

    private Slot judge(RequestContext request, JsonNode event, Issues issues) {
        return switch (judge.judge(event, request.client(), issues)) {
            case EventJudge.Judgement.Store store -> new Slot(null, store.event());
            case EventJudge.Judgement.Drop drop -> {
                requests.dropped(drop.property().id(), request.route(), drop.reason());
                StringBuilder json = new StringBuilder();
                EventAnswer.append(json, new Outcome.Dropped(drop.reason()));
                yield new Slot(json.toString(), null);
            }
            case EventJudge.Judgement.Refuse refuse -> {
                requests.refused(refuse.property().id(), request.route(), Problem.INVALID_REQUEST);
                yield new Slot(Problem.INVALID_REQUEST.json(issues.list()), null);
            }
        };
    }

    private void store(RequestContext request, List<Slot> slots) {
        List<Event> events =
                slots.stream().map(Slot::event).filter(Objects::nonNull).toList();
        if (events.isEmpty()) {
            answer(request, slots, List.of());
            return;
        }
        MemoryBudget.Reservation waiting = memory.reserve(request.weight() + weight(slots));
        try {
            var _ = groupCommit
                    .submit(events)
                    .whenComplete((outcomes, failure) -> request.onEventLoop(() -> {
                        waiting.release();
                        if (failure != null) {
                            errors.answer(request, failure);
                        } else {
                            answer(request, slots, outcomes);
                        }
                    }));
        } catch (Unavailable full) {
            waiting.release();
            throw full;
        }
    }

    /** Results that are known wait beside the events that are stored. */
    private static int weight(List<Slot> slots) {
        int bytes = 0;
        for (Slot slot : slots) {
            bytes += SLOT + Weight.of(slot.result);
        }
        return bytes;
    }

    private void answer(RequestContext request, List<Slot> slots, List<Outcome> outcomes) {
        StringBuilder json = new StringBuilder(32 + slots.size() * 200).append("{\"ok\":true,\"results\":[");
        int next = 0;
        for (int i = 0; i < slots.size(); i++) {
            if (i > 0) {
                json.append(',');
            }
            String known = slots.get(i).result;
            if (known != null) {
                json.append(known);
            } else {
                append(request, json, outcomes.get(next++));
            }
        }
        new EventAnswer(null, json.append("]}").toString()).send(request.response());
    }

    private void append(RequestContext request, StringBuilder json, Outcome outcome) {
        metrics.decided(outcome);
        if (outcome instanceof Outcome.Unstorable(String sqlState)) {
            ErrorMapper.logUnstorable(request, sqlState);
        }
        EventAnswer.append(json, outcome);
    }
}
