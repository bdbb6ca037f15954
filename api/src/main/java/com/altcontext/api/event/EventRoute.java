package com.altcontext.api.event;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.DirectHandler;
import com.altcontext.api.http.ErrorMapper;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.RequestMetrics;
import com.altcontext.client.Client;
import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.EventReader;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.ingest.Unavailable;
import com.altcontext.property.Property;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.Weight;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events} and {@code /v1/events/batch}. The steps of an event: <em>read</em> the JSON; <em>decide</em>
 * whether to store it: read its fields, and find out whose event it is and where the visit came from; <em>store</em> it
 * through the writer, while no thread waits; <em>answer</em> after the commit. Events of a batch are decided one by
 * one, and one transaction stores them.
 *
 * <p>These routes have most of the traffic, so they bypass Quarkus REST: see docs/performance.md.
 */
@Singleton
public final class EventRoute implements DirectHandler {
    private static final String BATCH = "/v1/events/batch";
    private static final int MAX_EVENTS = 100;
    /** The heap of one {@link Slot} besides the text of its result, in bytes. */
    private static final int SLOT_BYTES = 32;

    private final RequestAttribution attribution;
    private final boolean respectPrivacySignals;
    private final GroupCommit groupCommit;
    private final RateLimiter limiter;
    private final MemoryBudget memory;
    private final RequestMetrics requests;
    private final IngestMetrics metrics;
    private final ErrorMapper errors;
    private final InstantSource clock;

    EventRoute(
            RequestAttribution attribution,
            AppConfig config,
            GroupCommit groupCommit,
            RateLimiter limiter,
            MemoryBudget memory,
            RequestMetrics requests,
            IngestMetrics metrics,
            ErrorMapper errors,
            InstantSource clock) {
        this.attribution = attribution;
        this.respectPrivacySignals = config.sessions().respectPrivacySignals();
        this.groupCommit = groupCommit;
        this.limiter = limiter;
        this.memory = memory;
        this.requests = requests;
        this.metrics = metrics;
        this.errors = errors;
        this.clock = clock;
    }

    @Override
    public void handle(RequestContext request, byte[] body) {
        if (request.route().path().equals(BATCH)) {
            handleBatch(request, JsonBody.readBatch(body, MAX_EVENTS));
        } else {
            handleEvent(request, JsonBody.read(body));
        }
    }

    private void handleEvent(RequestContext request, JsonBody.Content json) {
        Client client = request.client();
        Decision decision = json.isRead()
                ? decide(json.value(), null, client, json.issues(), clock.instant())
                : new Decision.Refuse(attribution.propertyOf(client));
        switch (decision) {
            case Decision.Refuse(Property property) -> throw Refusal.invalid(json.issues(), property.id());
            case Decision.Drop(Property property, Outcome.DropReason reason) -> {
                requests.dropped(property.id(), request.route(), reason);
                EventAnswer.of(new Outcome.Dropped(reason)).send(request.response());
            }
            case Decision.Store(Event event) ->
                store(request, List.of(event), 0, outcomes -> answer(request, event, outcomes.getFirst()));
        }
    }

    /** What to do with an event. */
    private sealed interface Decision {
        record Store(Event event) implements Decision {}

        record Drop(Property property, Outcome.DropReason reason) implements Decision {}

        /** The issues say why. */
        record Refuse(Property property) implements Decision {}
    }

    /**
     * @param batchSentAt when a batch was sent, by its sender's clock
     * @param issues the faults of the JSON; those of the fields are added
     * @param receivedAt the same for all events of a request: their own times decide their order
     */
    private Decision decide(
            @Nullable Object json, @Nullable Instant batchSentAt, Client client, Issues issues, Instant receivedAt) {
        if (issues.isEmpty() && Fields.of(json, new Issues()).isFilled("honeypot")) {
            return new Decision.Drop(property(json, client, new Issues()), Outcome.DropReason.HONEYPOT);
        }
        Property property = property(json, client, issues);
        Beacon beacon = EventReader.read(json, batchSentAt, issues);
        if (beacon == null || !issues.isEmpty()) {
            return new Decision.Refuse(property);
        }
        if (respectPrivacySignals && client.privacySignal()) {
            return new Decision.Drop(property, Outcome.DropReason.PRIVACY_SIGNAL);
        }
        Outcome.DropReason excluded = attribution.excluded(beacon, property, client);
        if (excluded != null) {
            return new Decision.Drop(property, excluded);
        }
        return new Decision.Store(attribution.event(beacon, property, client, receivedAt));
    }

    private Property property(@Nullable Object json, Client client, Issues issues) {
        Fields fields = Fields.of(json, new Issues());
        return fields.has("propertyId")
                ? attribution.property(fields, "propertyId", client, issues)
                : attribution.property(fields.object("traffic"), "traffic.propertyId", client, issues);
    }

    /** @param weight the heap of what waits for the answer besides the request and the events, in bytes */
    private void store(RequestContext request, List<Event> events, int weight, Consumer<List<Outcome>> answer) {
        MemoryBudget.Reservation waiting = memory.reserve(request.weight() + weight);
        try {
            var _ = groupCommit
                    .submit(events)
                    .whenComplete((outcomes, failure) -> request.onEventLoop(() -> {
                        waiting.release();
                        if (failure == null) {
                            answer.accept(outcomes);
                        } else {
                            errors.answer(request, failure);
                        }
                    }));
        } catch (Unavailable full) {
            waiting.release();
            throw full;
        }
    }

    private void answer(RequestContext request, Event event, Outcome outcome) {
        count(request, event, outcome);
        if (outcome instanceof Outcome.Unstorable) {
            errors.answer(request, new Refusal(Problem.INTERNAL_ERROR));
        } else {
            EventAnswer.of(outcome).send(request.response());
        }
    }

    private void count(RequestContext request, Event event, Outcome outcome) {
        metrics.decided(outcome);
        switch (outcome) {
            case Outcome.Unstorable(String sqlState) -> ErrorMapper.logUnstorable(request, sqlState);
            case Outcome.Dropped(Outcome.DropReason reason) ->
                requests.dropped(event.visitor().propertyId(), request.route(), reason);
            case Outcome.Stored _, Outcome.Duplicate _ -> {}
        }
    }

    private void handleBatch(RequestContext request, JsonBody.Content json) {
        Instant sentAt = EventReader.sentAt(json.value(), json.issues());
        List<?> events = events(json);
        if (events.size() > 1) {
            // The first event was counted with the request.
            try {
                request.spend(limiter, Limit.EVENTS, events.size() - 1);
            } catch (Refusal tooMany) {
                throw tooMany.ofEvents(events.size());
            }
        }
        Instant receivedAt = clock.instant();
        List<Slot> slots = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            Decision decision = decide(
                    events.get(i), sentAt, request.client(), json.eventIssues().get(i), receivedAt);
            slots.add(slot(request, decision, json.eventIssues().get(i)));
        }
        List<Event> wanted =
                slots.stream().map(Slot::event).filter(Objects::nonNull).toList();
        if (wanted.isEmpty()) {
            answerBatch(request, slots, List.of());
        } else {
            int weight = slots.stream()
                    .mapToInt(slot -> SLOT_BYTES + Weight.of(slot.result))
                    .sum();
            store(request, wanted, weight, outcomes -> answerBatch(request, slots, outcomes));
        }
    }

    /** @throws Refusal if there is no array of events, or if there is a fault outside of them */
    private static List<?> events(JsonBody.Content json) {
        Object events = json.value() instanceof Map<?, ?> object ? object.get("events") : json.value();
        boolean isBatch = events instanceof List<?> list && !list.isEmpty() && list.size() <= MAX_EVENTS;
        if (json.isRead() && !isBatch) {
            json.issues().add("events", "must be an array of 1 to " + MAX_EVENTS + " events");
        }
        if (!json.issues().isEmpty() || !(events instanceof List<?> list)) {
            throw Refusal.invalid(json.issues()).ofEvents(events instanceof List<?> known ? known.size() : 1);
        }
        return list;
    }

    /**
     * The result of one event of a batch: JSON if it is known already, or the event that the writer still has to store.
     */
    private record Slot(@Nullable String result, @Nullable Event event) {}

    private Slot slot(RequestContext request, Decision decision, Issues issues) {
        return switch (decision) {
            case Decision.Store(Event event) -> new Slot(null, event);
            case Decision.Drop(Property property, Outcome.DropReason reason) -> {
                requests.dropped(property.id(), request.route(), reason);
                StringBuilder result = new StringBuilder();
                EventAnswer.append(result, new Outcome.Dropped(reason));
                yield new Slot(result.toString(), null);
            }
            case Decision.Refuse(Property property) -> {
                requests.refused(property.id(), request.route(), Problem.INVALID_REQUEST);
                yield new Slot(Problem.INVALID_REQUEST.json(request.translated(issues.list())), null);
            }
        };
    }

    private void answerBatch(RequestContext request, List<Slot> slots, List<Outcome> outcomes) {
        StringBuilder json = new StringBuilder(32 + slots.size() * 200).append("{\"ok\":true,\"results\":[");
        int next = 0;
        for (Slot slot : slots) {
            Event event = slot.event;
            if (event == null) {
                json.append(slot.result);
            } else {
                Outcome outcome = outcomes.get(next++);
                count(request, event, outcome);
                EventAnswer.append(json, outcome);
            }
            json.append(',');
        }
        json.setCharAt(json.length() - 1, ']');
        new EventAnswer(null, json.append('}').toString()).send(request.response());
    }
}
