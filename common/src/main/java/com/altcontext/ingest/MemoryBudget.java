package com.altcontext.ingest;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of the heap all that waits may take together: bodies on their way, events and forms that wait for the
 * database, requests that wait for their answers. There is one budget for the process. When it is used up, further
 * requests are refused, since the process would run out of memory.
 */
public final class MemoryBudget {
    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();

    public MemoryBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Bytes that are reserved until {@link #release}; a second release does nothing. */
    public final class Reservation {
        private final long bytes;
        private final AtomicBoolean isReleased = new AtomicBoolean();

        private Reservation(long bytes) {
            this.bytes = bytes;
        }

        public void release() {
            if (!isReleased.getAndSet(true)) {
                give(bytes);
            }
        }
    }

    /** @throws Unavailable if there is no room for so many */
    public Reservation reserve(long bytes) {
        if (!take(bytes)) {
            throw new Unavailable(Unavailable.Reason.QUEUE_FULL);
        }
        return new Reservation(bytes);
    }

    /** Takes so many more, if there is room; {@link #give} gives them back. */
    public boolean take(long bytes) {
        long now = held.get();
        while (now + bytes <= maxBytes) {
            if (held.compareAndSet(now, now + bytes)) {
                return true;
            }
            now = held.get();
        }
        return false;
    }

    public void give(long bytes) {
        held.addAndGet(-bytes);
    }

    /** Bytes that are held now. */
    public long held() {
        return held.get();
    }
}
