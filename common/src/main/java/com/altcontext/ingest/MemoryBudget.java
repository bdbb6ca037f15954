package com.altcontext.ingest;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits the heap that all waiting work uses together, in bytes: bodies being received, events and forms that wait for
 * the database, and requests that wait for their answers. The process has one budget. When it is used up, further
 * requests are refused, since the process would otherwise run out of memory.
 */
public final class MemoryBudget {
    private final long maxBytes;
    private final @Nullable MemoryBudget whole;
    private final AtomicLong held = new AtomicLong();

    public MemoryBudget(long maxBytes) {
        this(maxBytes, null);
    }

    private MemoryBudget(long maxBytes, @Nullable MemoryBudget whole) {
        this.maxBytes = maxBytes;
        this.whole = whole;
    }

    /** A budget for one kind of work. What it takes is taken from this one, too. */
    public MemoryBudget part(long maxBytes) {
        return new MemoryBudget(maxBytes, this);
    }

    /** Bytes that are reserved until {@link #release}. Only the first release has an effect. */
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

    /** @throws Unavailable if fewer bytes are left */
    public Reservation reserve(long bytes) {
        if (!take(bytes)) {
            throw new Unavailable(Unavailable.Reason.QUEUE_FULL);
        }
        return new Reservation(bytes);
    }

    /** Takes this many bytes if they are left; {@link #give} gives them back. */
    public boolean take(long bytes) {
        long now = held.get();
        while (now + bytes <= maxBytes) {
            if (held.compareAndSet(now, now + bytes)) {
                if (whole == null || whole.take(bytes)) {
                    return true;
                }
                held.addAndGet(-bytes);
                return false;
            }
            now = held.get();
        }
        return false;
    }

    public void give(long bytes) {
        held.addAndGet(-bytes);
        if (whole != null) {
            whole.give(bytes);
        }
    }

    /** The bytes that are in use now. */
    public long held() {
        return held.get();
    }
}
