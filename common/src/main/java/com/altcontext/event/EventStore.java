package com.altcontext.event;

import com.altcontext.db.Buckets;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.visit.BucketsChanged;
import com.altcontext.visit.Placement;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.VisitorLock;
import com.altcontext.visit.Visits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/** Stores events with their visitors and sessions. */
public final class EventStore {
    /**
     * Orders events by time, so that a landing page that arrives late is still the landing page. Of events at the same
     * time, an engagement comes after the page view that it is about.
     */
    public static final Comparator<Event> ORDER =
            Comparator.comparing(Event::occurredAt).thenComparing(Event::isEngagement);

    private final SessionRule sessionRule;

    public EventStore(SessionRule sessionRule) {
        this.sessionRule = sessionRule;
    }

    /**
     * Stores each event once, in the order of their times. Events of several buckets are stored in one transaction, one
     * bucket after another. The service's writer calls {@link #write(Tx, Bucket, List)} instead, with a transaction for
     * each bucket.
     *
     * @return one outcome for each event, in the order of the list
     */
    public List<Outcome> write(Tx tx, List<Event> events) {
        Buckets buckets = lockVisitors(tx, events);
        Outcome[] outcomes = new Outcome[events.size()];
        buckets.split(
                        IntStream.range(0, outcomes.length).boxed().toList(),
                        i -> events.get(i).visitor().id())
                .forEach((bucket, places) -> {
                    List<Outcome> ofBucket = write(
                            tx,
                            new Bucket(bucket, buckets),
                            places.stream().map(events::get).toList());
                    for (int i = 0; i < ofBucket.size(); i++) {
                        outcomes[places.get(i)] = ofBucket.get(i);
                    }
                });
        return List.of(outcomes);
    }

    /**
     * Stores events of one bucket in three round trips: look up, save the visits, copy the events. The visitors are
     * locked, so two machines never write events of one visitor at the same time.
     *
     * @throws BucketsChanged if the database has another number of buckets; nothing was written
     * @return {@link Outcome.Stored}, {@link Outcome.Duplicate} or {@link Outcome.Dropped} for each event, in the order
     *     of the list
     */
    public List<Outcome> write(Tx tx, Bucket bucket, List<Event> events) {
        Visits visits = expecting(bucket, events);
        Pipeline lookups = tx.pipeline();
        visits.lockAndRead(lookups);
        return write(tx, bucket, events, visits, lookups);
    }

    /**
     * Locks the visitors of a bucket on the coordinator of a cluster, for {@link #writeOnNode}.
     *
     * @param coordinator must stay open until the events are committed
     */
    public Visits lockOnCoordinator(Tx coordinator, Bucket bucket, List<Event> events) {
        Visits visits = expecting(bucket, events);
        Pipeline locks = coordinator.pipeline();
        visits.lock(locks);
        locks.send();
        return visits;
    }

    /**
     * As {@link #write(Tx, Bucket, List)}, on the node of a cluster that holds the bucket.
     *
     * @param locked of the same events, from {@link #lockOnCoordinator}
     */
    public List<Outcome> writeOnNode(Tx node, Bucket bucket, List<Event> events, Visits locked) {
        Pipeline lookups = node.pipeline();
        VisitorLock.setUpNode(lookups);
        locked.read(lookups);
        return write(node, bucket, events, locked, lookups);
    }

    private Visits expecting(Bucket bucket, List<Event> events) {
        Visits visits = visits(bucket);
        for (Event event : events) {
            visits.expect(event.visitor(), event.occurredAt(), event.isEngagement());
        }
        return visits;
    }

    /** @param lookups reads the visits; not sent yet */
    private static List<Outcome> write(Tx tx, Bucket bucket, List<Event> events, Visits visits, Pipeline lookups) {
        DuplicateSearch duplicates = new DuplicateSearch(events, bucket);
        duplicates.addTo(lookups);
        lookups.send();
        Map<UUID, Receipt> stored = duplicates.stored(tx, visits);

        EventRows rows = new EventRows(bucket, events.size());
        Map<UUID, Outcome> outcomes = new HashMap<>();
        for (Event event : newEvents(events, stored.keySet())) {
            Placement placement = visits.place(event.visitor(), event.toSessionEvent());
            if (placement == null) {
                outcomes.put(event.id(), new Outcome.Dropped(Outcome.DropReason.ENGAGEMENT_WITHOUT_SESSION));
            } else {
                Event placed = event.placedAt(placement);
                Receipt receipt = rows.add(placed, placement.sessionId());
                stored.put(event.id(), receipt);
                outcomes.put(
                        event.id(), new Outcome.Stored(receipt, placed.origin().device()));
            }
        }

        Pipeline save = tx.pipeline();
        visits.save(save);
        save.send();
        rows.copy(tx);
        List<Outcome> all = new ArrayList<>(events.size());
        for (Event event : events) {
            all.add(outcome(event, outcomes, stored));
        }
        return all;
    }

    /** The events that are not stored yet, each once, in order. */
    private static List<Event> newEvents(List<Event> events, Set<UUID> stored) {
        Map<UUID, Event> first = new LinkedHashMap<>();
        for (Event event : events) {
            if (!stored.contains(event.id())) {
                first.putIfAbsent(event.id(), event);
            }
        }
        List<Event> ordered = new ArrayList<>(first.values());
        ordered.sort(ORDER);
        return ordered;
    }

    /** If a batch has several copies of an event, the first one is stored and the others are duplicates. */
    private static Outcome outcome(Event event, Map<UUID, Outcome> ofNew, Map<UUID, Receipt> stored) {
        Outcome outcome = ofNew.get(event.id());
        if (outcome instanceof Outcome.Dropped) {
            return outcome;
        }
        Receipt receipt = Objects.requireNonNull(stored.get(event.id()), "stored now or before");
        if (outcome != null) {
            ofNew.remove(event.id());
            return outcome;
        }
        return new Outcome.Duplicate(receipt);
    }

    /** The visits of a batch, for a caller that performs the steps of {@link #write} itself. */
    public Visits visits(Bucket bucket) {
        return new Visits(sessionRule, bucket);
    }

    /**
     * Locks the visitors of these events against other writers until the transaction ends. {@link #write} does this
     * itself.
     *
     * @return the number of buckets, which can't change until the transaction ends
     */
    public static Buckets lockVisitors(Tx tx, List<Event> events) {
        return VisitorLock.take(
                tx, events.stream().map(event -> event.visitor().id()).toList());
    }
}
