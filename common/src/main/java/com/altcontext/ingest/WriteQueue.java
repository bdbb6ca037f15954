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
 * The requests that wait for a writer. The number of their events is limited here, and their memory by the
 * {@link MemoryBudget}. Each bucket has a lane, and a lane has one writer at a time: the events that arrive meanwhile
 * become its next batch.
 *
 * <p>Lanes are written one after another, which makes batches large: when a cluster writes eight lanes at once, an
 * event takes three times as much processor time. A slow lane, for example one whose node is away, delays the others
 * only for a limited time.
 */
final class WriteQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    /** The lanes in which events wait or are being written, and the suspended ones. */
    private final Map<Bucket, Lane> lanes = new HashMap<>();
    /** The lanes that have requests but no writer, in the order in which they are taken. */
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();

    private final int maxEvents;
    private final long maxExclusiveNanos;
    private @Nullable Lane lastTaken;
    private int events;
    private boolean closed;

    /** @param maxExclusiveNanos how long no other lane is taken while one is being written */
    WriteQueue(int maxEvents, long maxExclusiveNanos) {
        this.maxEvents = maxEvents;
        this.maxExclusiveNanos = maxExclusiveNanos;
    }

    private static final class Lane {
        final Bucket bucket;
        final ArrayDeque<Ticket> tickets = new ArrayDeque<>();
        boolean isTaken;
        long takenAt;
        long suspendedUntil;

        Lane(Bucket bucket) {
            this.bucket = bucket;
        }

        boolean isSuspended() {
            return suspendedUntil != 0 && suspendedUntil - System.nanoTime() > 0;
        }
    }

    /** The tickets that a writer has taken from a lane. No other writer takes from that lane until {@link #done}. */
    record Batch(Bucket bucket, List<Ticket> tickets) {}

    /**
     * Adds the tickets of one request, all or none.
     *
     * @throws Unavailable if the queue is full or closed, or if one of the lanes is suspended
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
                if (lane != null && lane.isSuspended()) {
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
            // Otherwise a writer is already waiting until it may take another lane.
            if (wasEmpty || exclusiveNanosLeft() <= 0) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the waiting tickets of a lane, up to the given number of events and bytes. A ticket is never split, and at
     * least one is taken. If no lane is ready, or another one was taken just now, this waits for the given time at
     * most, or until the queue is closed and empty.
     *
     * @return null if no lane could be taken in that time
     */
    @Nullable
    Batch take(int maxBatch, long maxBytes, long waitMillis) throws InterruptedException {
        lock.lock();
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
            long left = end - System.nanoTime();
            while ((ready.isEmpty() || exclusiveNanosLeft() > 0) && !(closed && events == 0) && left > 0) {
                var _ = filled.awaitNanos(ready.isEmpty() ? left : Math.min(left, exclusiveNanosLeft()));
                left = end - System.nanoTime();
            }
            Lane lane = exclusiveNanosLeft() > 0 ? null : ready.poll();
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

    /** For how long the lane that was taken last still keeps the other lanes from being taken. */
    private long exclusiveNanosLeft() {
        return lastTaken == null || !lastTaken.isTaken ? 0 : lastTaken.takenAt + maxExclusiveNanos - System.nanoTime();
    }

    /** Gives back the lane of a batch. Must be called once the batch's requests are answered. */
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
            } else if (!lane.isSuspended()) {
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

    /** Takes all waiting tickets of a lane, and makes the lane refuse new ones for some time. */
    List<Ticket> suspend(Bucket bucket, long nanos) {
        lock.lock();
        try {
            Lane lane = lanes.computeIfAbsent(bucket, Lane::new);
            lane.suspendedUntil = (System.nanoTime() + nanos) | 1;
            ready.remove(lane);
            return drain(lane);
        } finally {
            lock.unlock();
        }
    }

    /** Takes all waiting tickets. */
    List<Ticket> takeAll() {
        lock.lock();
        try {
            List<Ticket> all = new ArrayList<>();
            lanes.values().forEach(lane -> all.addAll(drain(lane)));
            ready.clear();
            lanes.values().removeIf(lane -> !lane.isTaken && !lane.isSuspended());
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

    /** The number of waiting events. */
    int depth() {
        lock.lock();
        try {
            return events;
        } finally {
            lock.unlock();
        }
    }
}
