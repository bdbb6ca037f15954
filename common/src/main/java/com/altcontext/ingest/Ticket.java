package com.altcontext.ingest;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * The events of one request in the queue. If their visitors are in several buckets, there is a ticket for each bucket.
 * One transaction stores all events of a ticket, and one answer covers them.
 */
final class Ticket {
    /** Bytes of heap for this object, its list, the answer, and the caller's callback. */
    private static final int OBJECTS = 400;

    final Bucket bucket;
    final List<Event> events;
    final long weight;
    private final MemoryBudget.Reservation memory;
    final CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();

    /** @throws Unavailable if the memory budget is used up */
    Ticket(Bucket bucket, List<Event> events, MemoryBudget budget) {
        this.bucket = bucket;
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

    /**
     * A request whose events belong to several buckets.
     *
     * @param tickets one for each bucket
     * @param places for each ticket, the indexes of its events in the request
     */
    record Split(List<Ticket> tickets, List<List<Integer>> places) {
        /** @throws Unavailable if the memory budget is used up */
        static Split of(List<Event> events, Buckets buckets, MemoryBudget budget) {
            Split split = new Split(new ArrayList<>(), new ArrayList<>());
            Map<Short, List<Integer>> byBucket = buckets.split(
                    IntStream.range(0, events.size()).boxed().toList(),
                    i -> events.get(i).visitor().id());
            byBucket.forEach((bucket, places) -> {
                try {
                    split.tickets.add(new Ticket(
                            new Bucket(bucket, buckets),
                            places.stream().map(events::get).toList(),
                            budget));
                } catch (Unavailable full) {
                    split.tickets.forEach(ticket -> ticket.refuse(full.reason()));
                    throw full;
                }
                split.places.add(places);
            });
            return split;
        }

        /**
         * Completes once all tickets are answered, with the outcomes in the order of the request; fails if one ticket
         * fails.
         */
        CompletableFuture<List<Outcome>> answer() {
            return CompletableFuture.allOf(
                            tickets.stream().map(ticket -> ticket.answer).toArray(CompletableFuture[]::new))
                    .thenApply(_ -> inOrder());
        }

        private List<Outcome> inOrder() {
            Outcome[] all = new Outcome[places.stream().mapToInt(List::size).sum()];
            for (int i = 0; i < tickets.size(); i++) {
                List<Outcome> some = tickets.get(i).answer.join();
                for (int j = 0; j < some.size(); j++) {
                    all[places.get(i).get(j)] = some.get(j);
                }
            }
            return Arrays.asList(all);
        }
    }
}
