package com.altcontext.ingest;

import com.altcontext.db.Buckets.Bucket;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.visit.Visits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Stores a batch in one transaction (on a cluster, a second one holds the locks) and retries where that can help. If
 * the database refuses the rows themselves, it halves the batch until each bad event is alone, so that one bad event does
 * not fail the others. Validation already refuses the events that are known to be bad; this handles those that it did
 * not foresee.
 */
final class BatchWriter {
    private static final int MAX_TRIES = 5;
    /** After a lost connection, it retries only if the failure came quickly: senders wait at most five seconds. */
    private static final long FAST_NANOS = Duration.ofSeconds(1).toNanos();

    private static final String STILL_CONNECTED = "SELECT true AS coordinator_is_connected";

    private final Sql sql;
    private final BucketNodes nodes;
    private final EventStore store;
    private final LongSupplier nanoTime;

    BatchWriter(Sql sql, BucketNodes nodes, EventStore store) {
        this(sql, nodes, store, System::nanoTime);
    }

    /** @param nanoTime a clock that only tells how much time has passed */
    BatchWriter(Sql sql, BucketNodes nodes, EventStore store, LongSupplier nanoTime) {
        this.sql = sql;
        this.nodes = nodes;
        this.store = store;
        this.nanoTime = nanoTime;
    }

    /**
     * Stores events of one bucket. A retry is safe even after a commit whose answer was lost: the stored events are
     * found by their identity.
     *
     * @return the outcome of each event, in the order of the list
     * @throws SqlFailure if nothing was stored, or if the connection was lost during the commit and the result is not
     *     known
     */
    List<Outcome> write(Bucket bucket, List<Event> events) {
        long began = nanoTime.getAsLong();
        Sql node = nodes.of(bucket);
        if (node != null) {
            try {
                return writeOnNode(node, bucket, events);
            } catch (SqlFailure failed) {
                if (!isFast(began)) {
                    throw failed;
                }
            }
        }
        return writeThroughCoordinator(bucket, events, began);
    }

    /**
     * Stores the rows over a connection to their node, while another transaction holds the locks on the coordinator.
     */
    private List<Outcome> writeOnNode(Sql node, Bucket bucket, List<Event> events) {
        AtomicReference<List<Outcome>> committed = new AtomicReference<>(List.of());
        try {
            var _ = sql.inTransaction(coordinator -> {
                Visits locked = store.lockOnCoordinator(coordinator, bucket, events);
                committed.set(onNode(node, tx -> {
                    List<Outcome> outcomes = store.writeOnNode(tx, bucket, events, locked);
                    // Without the coordinator, other writers may have the locks.
                    coordinator.queryOne(STILL_CONNECTED, row -> row.flag(1));
                    return outcomes;
                }));
                return true;
            });
        } catch (SqlFailure failed) {
            if (committed.get().isEmpty()) {
                throw failed;
            }
        }
        return committed.get();
    }

    private List<Outcome> onNode(Sql node, Sql.Work<List<Outcome>> work) {
        try {
            return node.inTransaction(work);
        } catch (SqlFailure failed) {
            if (!failed.isFaultOfTheData() && !failed.isWorthRepeating()) {
                nodes.avoid(node, failed);
            }
            throw failed.onNode();
        }
    }

    private boolean isFast(long began) {
        return nanoTime.getAsLong() - began < FAST_NANOS;
    }

    /** Stores them over a connection to the coordinator, or to the only PostgreSQL. */
    private List<Outcome> writeThroughCoordinator(Bucket bucket, List<Event> events, long began) {
        boolean halving = false;
        for (int tries = 1; ; tries++) {
            try {
                boolean halve = halving;
                return sql.inTransaction(tx -> halve ? isolate(tx, bucket, events) : store.write(tx, bucket, events));
            } catch (SqlFailure failed) {
                boolean again = failed.isWorthRepeating() || (failed.isLostConnection() && isFast(began));
                if (failed.isFaultOfTheData() && !halving) {
                    halving = true;
                } else if (!again || tries >= MAX_TRIES) {
                    throw failed;
                }
            }
        }
    }

    private List<Outcome> isolate(Tx tx, Bucket bucket, List<Event> events) {
        // Locks all visitors first. If each half locked its own, two machines could wait for each other.
        var _ = EventStore.lockVisitors(tx, events);
        // The halves are stored one after the other, so the events must first be sorted as the whole batch would be.
        List<Integer> places = IntStream.range(0, events.size())
                .boxed()
                .sorted(Comparator.comparing(events::get, EventStore.ORDER))
                .toList();
        List<Outcome> ordered =
                halve(tx, bucket, places.stream().map(events::get).toList());
        Outcome[] outcomes = new Outcome[events.size()];
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[places.get(i)] = ordered.get(i);
        }
        return List.of(outcomes);
    }

    /** Stores what can be stored; the other events are {@link Outcome.Unstorable}. */
    private List<Outcome> halve(Tx tx, Bucket bucket, List<Event> events) {
        try {
            return tx.nested(inner -> store.write(inner, bucket, events));
        } catch (SqlFailure failed) {
            if (!failed.isFaultOfTheData()) {
                throw failed;
            }
            if (events.size() == 1) {
                return List.of(new Outcome.Unstorable(failed.state()));
            }
        }
        int middle = events.size() / 2;
        List<Outcome> outcomes = new ArrayList<>(halve(tx, bucket, events.subList(0, middle)));
        outcomes.addAll(halve(tx, bucket, events.subList(middle, events.size())));
        return outcomes;
    }
}
