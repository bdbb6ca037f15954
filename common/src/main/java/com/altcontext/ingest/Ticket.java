package com.altcontext.ingest;

import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The events of one request in the queue. One transaction stores all of them, and one answer covers them. */
final class Ticket {
    /** This object, its list, the answer, and the callback of its caller, in bytes. */
    private static final int OBJECTS = 400;

    final List<Event> events;
    final long weight;
    private final MemoryBudget.Reservation memory;
    final CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();

    /** @throws Unavailable if there is no memory for it to wait in */
    Ticket(List<Event> events, MemoryBudget budget) {
        this.events = events;
        long weight = OBJECTS;
        for (Event event : events) {
            weight += event.weight();
        }
        this.weight = weight;
        this.memory = budget.reserve(weight);
    }

    void answer(List<Outcome> outcomes) {
        memory.release();
        answer.complete(outcomes);
    }

    void refuse(Unavailable.Reason reason) {
        memory.release();
        answer.completeExceptionally(new Unavailable(reason));
    }
}
