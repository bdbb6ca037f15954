package com.altcontext.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The requests that wait for the writer, bounded by the number of their events. The {@link MemoryBudget} bounds their memory. */
final class WriteQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final ArrayDeque<Ticket> tickets = new ArrayDeque<>();
    private final int maxEvents;
    private int events;
    private boolean closed;

    WriteQueue(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    /** @throws Unavailable if it is full or closed */
    void put(Ticket ticket) {
        lock.lock();
        try {
            if (closed) {
                throw new Unavailable(Unavailable.Reason.STOPPING);
            }
            if (events + ticket.events.size() > maxEvents) {
                throw new Unavailable(Unavailable.Reason.QUEUE_FULL);
            }
            tickets.add(ticket);
            events += ticket.events.size();
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes what waits, up to so many events and bytes. A request is never split, and at least one is taken. If the queue
     * is empty, it waits for the given time, or until the queue is closed.
     */
    List<Ticket> take(int maxBatch, long maxBytes, long waitMillis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(waitMillis);
            while (tickets.isEmpty() && !closed && left > 0) {
                left = filled.awaitNanos(left);
            }
            List<Ticket> taken = new ArrayList<>();
            int count = 0;
            long bytes = 0;
            while (!tickets.isEmpty()
                    && (taken.isEmpty()
                            || (count + tickets.peek().events.size() <= maxBatch
                                    && bytes + tickets.peek().weight <= maxBytes))) {
                Ticket ticket = tickets.remove();
                events -= ticket.events.size();
                bytes += ticket.weight;
                count += ticket.events.size();
                taken.add(ticket);
            }
            return taken;
        } finally {
            lock.unlock();
        }
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
