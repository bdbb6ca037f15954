package com.altcontext.api;

import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Unavailable;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Weight;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/events/batch}: up to a hundred events, each judged alone, stored by one transaction. */
final class BatchDoor {
    private static final int MAX_EVENTS = 100;
    private static final int SLOT = 32;

    private final EventIntake intake;
    private final GroupCommit groupCommit;
    private final RateLimiter limiter;
    private final MemoryBudget memory;
    private final Tally tally;

    BatchDoor(EventIntake intake, GroupCommit groupCommit, RateLimiter limiter, MemoryBudget memory, Tally tally) {
        this.intake = intake;
        this.groupCommit = groupCommit;
        this.limiter = limiter;
        this.memory = memory;
        this.tally = tally;
    }

    void post(Exchange exchange, byte[] body) {
        Issues outside = new Issues();
        JsonBody.Batch batch = JsonBody.readBatch(body, MAX_EVENTS, outside);
        JsonNode events = events(batch.body(), outside);
        if (events == null || !outside.isEmpty()) {
            refuse(exchange, Problem.INVALID_REQUEST, outside.list());
            return;
        }
        // The door took one; each of the others counts as well.
        if (events.size() > 1) {
            RateLimiter.Verdict verdict =
                    limiter.take(Endpoint.Limit.EVENTS, exchange.client.address(), events.size() - 1);
            if (!verdict.passed()) {
                verdict.tell(exchange.request().response().headers());
                refuse(exchange, Problem.RATE_LIMITED, List.of());
                return;
            }
        }
        store(exchange, judge(exchange, events, batch.eventIssues()));
    }

    private void refuse(Exchange exchange, Problem problem, List<Issue> issues) {
        tally.refused(intake.propertyOf(exchange.client).id(), exchange.endpoint, problem);
        exchange.failed(problem, issues);
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

    /** What is decided of one event already, as JSON, or the event that is still to be stored. */
    private record Slot(@Nullable String decided, @Nullable Event event) {}

    private List<Slot> judge(Exchange exchange, JsonNode events, List<Issues> issues) {
        List<Slot> slots = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            slots.add(judge(exchange, events.get(i), issues.get(i)));
        }
        return slots;
    }

    private Slot judge(Exchange exchange, JsonNode event, Issues issues) {
        return switch (intake.judge(event, exchange.client, issues)) {
            case EventIntake.Judgement.Store store -> new Slot(null, store.event());
            case EventIntake.Judgement.Drop drop -> {
                tally.dropped(drop.propertyId(), exchange.endpoint, drop.reason());
                StringBuilder json = new StringBuilder();
                Replies.append(json, new Outcome.Dropped(drop.reason()));
                yield new Slot(json.toString(), null);
            }
            case EventIntake.Judgement.Refuse refuse -> {
                tally.refused(refuse.propertyId(), exchange.endpoint, Problem.INVALID_REQUEST);
                yield new Slot(Problem.INVALID_REQUEST.json(refuse.issues()), null);
            }
        };
    }

    private void store(Exchange exchange, List<Slot> slots) {
        List<Event> events = new ArrayList<>(slots.size());
        for (Slot slot : slots) {
            if (slot.event != null) {
                events.add(slot.event);
            }
        }
        if (events.isEmpty()) {
            exchange.accepted(null, answer(exchange, slots, List.of()));
            return;
        }
        MemoryBudget.Reservation waiting = memory.reserve(exchange.weight() + weight(slots));
        try {
            var _ = groupCommit
                    .submit(events)
                    .whenComplete((outcomes, failure) -> exchange.later(() -> {
                        waiting.release();
                        if (failure != null) {
                            exchange.failed(failure);
                        } else {
                            exchange.accepted(null, answer(exchange, slots, outcomes));
                        }
                    }));
        } catch (Unavailable full) {
            waiting.release();
            throw full;
        }
    }

    /** What is decided waits beside what is stored. */
    private static int weight(List<Slot> slots) {
        int bytes = 0;
        for (Slot slot : slots) {
            bytes += SLOT + Weight.of(slot.decided);
        }
        return bytes;
    }

    private String answer(Exchange exchange, List<Slot> slots, List<Outcome> outcomes) {
        StringBuilder json = new StringBuilder(32 + slots.size() * 200).append("{\"ok\":true,\"results\":[");
        int next = 0;
        for (int i = 0; i < slots.size(); i++) {
            if (i > 0) {
                json.append(',');
            }
            String decided = slots.get(i).decided;
            if (decided != null) {
                json.append(decided);
            } else {
                Outcome outcome = outcomes.get(next++);
                tally.decided(outcome);
                if (outcome instanceof Outcome.Unstorable(String sqlState)) {
                    exchange.logUnstorable(sqlState);
                }
                Replies.append(json, outcome);
            }
        }
        return json.append("]}").toString();
    }
}
