package com.altcontext.ingest;

import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One request's events on their way through the queue; they are stored by one transaction and answered at once. */
final class Ticket {
    final List<Event> events;
    final long weight;
    final CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();

    Ticket(List<Event> events) {
        this.events = events;
        long weight = 0;
        for (Event event : events) {
            weight += event.weight();
        }
        this.weight = weight;
    }
}
