package com.altcontext.ingest;

import com.altcontext.db.Buckets.Bucket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for a writer, bounded by the number of their events. The {@link MemoryBudget} bounds their memory.
 * Each bucket has a lane, and a lane has one writer at a time: what comes meanwhile becomes its next batch.
 *
 * <p>Lanes are written one after another, which makes batches large: eight lanes at once cost a cluster three times the
 * processor time of an event. A slow lane, for example one whose node is away, delays the others only for a limited
 * time.
 */
final class WriteQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    /** The lanes in which something waits or is being written, and those that rest. */
    private final Map<Bucket, Lane> lanes = new HashMap<>();
    /** The lanes that have requests but no writer, in the order in which they are taken. */
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();

    private final int maxEvents;
    private final long maxAloneNanos;
    private @Nullable Lane lastTaken;
    private int events;
    private boolean closed;

    /** @param maxAloneNanos how long a lane that is being written keeps others from being taken */
    WriteQueue(int maxEvents, long maxAloneNanos) {
        this.maxEvents = maxEvents;
        this.maxAloneNanos = maxAloneNanos;
    }

    private static final class Lane {
        final Bucket bucket;
        final ArrayDeque<Ticket> tickets = new ArrayDeque<>();
        boolean isTaken;
        long takenAt;
        long restsUntil;

        Lane(Bucket bucket) {
            this.bucket = bucket;
        }

        boolean rests() {
            return restsUntil != 0 && restsUntil - System.nanoTime() > 0;
        }
    }

    /** What a writer has taken from a lane; no other writer takes from that lane until {@link #done}. */
    record Batch(Bucket bucket, List<Ticket> tickets) {}

    /**
     * Adds the tickets of one request, all or none.
     *
     * @throws Unavailable if it is full or closed, or if a lane rests
     */
    void put(List<Ticket> request) {
        lock.lock();
        try {
            if (closed) {
                throw new Unavailable(Unavailable.Reason.STOPPING);
            }
            int more = 0;
            for (Ticket ticket : request) {
                more += ticket.events.size();
                Lane lane = lanes.get(ticket.bucket);
                if (lane != null && lane.rests()) {
                    throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
                }
            }
            if (events + more > maxEvents) {
                throw new Unavailable(Unavailable.Reason.QUEUE_FULL);
            }
            events += more;
            boolean wasEmpty = ready.isEmpty();
            for (Ticket ticket : request) {
                Lane lane = lanes.computeIfAbsent(ticket.bucket, Lane::new);
                if (lane.tickets.isEmpty() && !lane.isTaken) {
                    ready.add(lane);
                }
                lane.tickets.add(ticket);
            }
            // Otherwise, a writer is already waiting until it may take another lane.
            if (wasEmpty || aloneNanos() <= 0) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes what waits in a lane, up to the given number of events and bytes. A ticket is never split, and at least one
     * is taken. If no lane is ready, or another one was taken just now, this waits for the given time, or until the
     * queue is closed and empty.
     */
    @Nullable
    Batch take(int maxBatch, long maxBytes, long waitMillis) throws InterruptedException {
        lock.lock();
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
            long left = end - System.nanoTime();
            while ((ready.isEmpty() || aloneNanos() > 0) && !(closed && events == 0) && left > 0) {
                var _ = filled.awaitNanos(ready.isEmpty() ? left : Math.min(left, aloneNanos()));
                left = end - System.nanoTime();
            }
            Lane lane = aloneNanos() > 0 ? null : ready.poll();
            if (lane == null) {
                return null;
            }
            lane.isTaken = true;
            lane.takenAt = System.nanoTime();
            lastTaken = lane;
            List<Ticket> taken = new ArrayList<>();
            int count = 0;
            long bytes = 0;
            for (Ticket next = lane.tickets.peek(); next != null; next = lane.tickets.peek()) {
                boolean fits = count + next.events.size() <= maxBatch && bytes + next.weight <= maxBytes;
                if (!fits && !taken.isEmpty()) {
                    break;
                }
                taken.add(lane.tickets.remove());
                count += next.events.size();
                bytes += next.weight;
            }
            events -= count;
            if (!ready.isEmpty()) {
                filled.signal();
            }
            return new Batch(lane.bucket, taken);
        } finally {
            lock.unlock();
        }
    }

    /** For how long the lane that was taken last still keeps others from being taken. */
    private long aloneNanos() {
        return lastTaken == null || !lastTaken.isTaken ? 0 : lastTaken.takenAt + maxAloneNanos - System.nanoTime();
    }

    /** Gives the lane of a batch back, once its requests are answered. */
    void done(Batch batch) {
        lock.lock();
        try {
            Lane lane = lanes.get(batch.bucket);
            if (lane == null) {
                return;
            }
            lane.isTaken = false;
            if (!lane.tickets.isEmpty()) {
                ready.add(lane);
            } else if (!lane.rests()) {
                lanes.remove(lane.bucket);
            }
            if (!ready.isEmpty()) {
                filled.signal();
            }
            if (closed) {
                filled.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes what waits in a lane, and makes the lane refuse everything for some time. */
    List<Ticket> rest(Bucket bucket, long nanos) {
        lock.lock();
        try {
            Lane lane = lanes.computeIfAbsent(bucket, Lane::new);
            lane.restsUntil = (System.nanoTime() + nanos) | 1;
            ready.remove(lane);
            return drain(lane);
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything that waits. */
    List<Ticket> takeAll() {
        lock.lock();
        try {
            List<Ticket> all = new ArrayList<>();
            lanes.values().forEach(lane -> all.addAll(drain(lane)));
            ready.clear();
            lanes.values().removeIf(lane -> !lane.isTaken && !lane.rests());
            return all;
        } finally {
            lock.unlock();
        }
    }

    private List<Ticket> drain(Lane lane) {
        List<Ticket> all = new ArrayList<>(lane.tickets);
        lane.tickets.clear();
        all.forEach(ticket -> events -= ticket.events.size());
        return all;
    }

    /** Waits for the given time, or until the queue is closed. */
    void pause(long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!closed && left > 0) {
                left = filled.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** How many events wait. */
    int depth() {
        lock.lock();
        try {
            return events;
        } finally {
            lock.unlock();
        }
    }
}
