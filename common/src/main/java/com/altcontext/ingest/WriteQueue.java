package com.altcontext.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for the writer, bounded by number; their memory is bounded by the {@link MemoryBudget}. */
final class Queue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final ArrayDeque<Ticket> tickets = new ArrayDeque<>();
    private final int mostEvents;
    private int events;
    private boolean closed;

    Queue(int mostEvents) {
        this.mostEvents = mostEvents;
    }

    /** @throws Unavailable if it is full or closed */
    void put(Ticket ticket) {
        lock.lock();
        try {
            if (closed) {
                throw new Unavailable(Unavailable.Reason.STOPPING);
            }
            if (events + ticket.events.size() > mostEvents) {
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
     * Whatever waits, up to so many events and bytes (a request is never split, and one is always taken); waits for the
     * first at most the given time, or until the queue is closed.
     */
    List<Ticket> take(int most, long mostBytes, long waitMillis) throws InterruptedException {
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
                            || (count + tickets.peek().events.size() <= most
                                    && bytes + tickets.peek().weight <= mostBytes))) {
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

    /** Waits out the time, or less if the queue is closed meanwhile. */
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
