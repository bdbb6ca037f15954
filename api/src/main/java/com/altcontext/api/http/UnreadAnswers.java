package com.altcontext.api.http;

import com.altcontext.ingest.MemoryBudget;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the heap of the long answers that clients are still reading. If there is no room for another one, the
 * connections of clients that read slowly, or not at all, are ended. If there are none, the new answer is refused: a
 * client that reads gets its whole answer. Safe for use by several threads.
 */
@Singleton
class UnreadAnswers {
    /** Three of the longest answers, or all that a hundred and fifty dashboards ask for at once. */
    static final int MAX_BYTES = 6 << 20;

    static final int MIN_BYTES_PER_SECOND = 32 * 1024;
    static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A connection sends one answer at a time. */
    private final Map<Channel, Unread> unread = new HashMap<>();

    private final MemoryBudget memory;
    private final LongSupplier clock;
    private long held;

    @Inject
    UnreadAnswers(MemoryBudget memory) {
        this(memory, System::nanoTime);
    }

    /**
     * @param memory the budget of all waiting work, of which this is a part
     * @param clock in nanoseconds
     */
    UnreadAnswers(MemoryBudget memory, LongSupplier clock) {
        this.memory = memory;
        this.clock = clock;
    }

    private static final class Unread {
        final Channel channel;
        final int bytes;
        /** The client is slow if it has not taken the next part by then. */
        long due;

        Unread(Channel channel, int bytes, long due) {
            this.channel = channel;
            this.bytes = bytes;
            this.due = due;
        }
    }

    /**
     * Must be called before an answer of this length is sent; {@link #remove} after it.
     *
     * @return false if there is no room for the answer
     */
    boolean add(Channel channel, int bytes) {
        List<Channel> slow = new ArrayList<>();
        boolean hasRoom;
        synchronized (this) {
            long now = clock.getAsLong();
            hasRoom = take(bytes);
            while (!hasRoom && !unread.isEmpty()) {
                Unread slowest = slowest(now);
                if (slowest.due - now > 0) {
                    break;
                }
                remove(slowest.channel);
                slow.add(slowest.channel);
                hasRoom = take(bytes);
            }
            if (hasRoom) {
                unread.put(channel, new Unread(channel, bytes, now + MAX_PAUSE_NANOS));
                held += bytes;
            }
        }
        slow.forEach(UnreadAnswers::close);
        return hasRoom;
    }

    private boolean take(int bytes) {
        return (held + bytes <= MAX_BYTES || unread.isEmpty()) && memory.take(bytes);
    }

    private Unread slowest(long now) {
        return Collections.min(unread.values(), Comparator.comparingLong(each -> each.due - now));
    }

    /** The longest time in which a client that is not slow reads this much of an answer. */
    static long maxNanos(int bytes) {
        return TimeUnit.SECONDS.toNanos(bytes) / MIN_BYTES_PER_SECOND;
    }

    /** The client has taken this much of its answer. */
    synchronized void took(Channel channel, int bytes) {
        Unread answer = unread.get(channel);
        if (answer != null) {
            long earned = answer.due + maxNanos(bytes);
            long latest = clock.getAsLong() + MAX_PAUSE_NANOS;
            answer.due = earned - latest < 0 ? earned : latest;
        }
    }

    synchronized void remove(Channel channel) {
        Unread answer = unread.remove(channel);
        if (answer != null) {
            held -= answer.bytes;
            memory.give(answer.bytes);
        }
    }

    /** Closes the connection at once. The HTTP server would wait until everything is read. */
    private static void close(Channel channel) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first != null) {
            var _ = first.close();
        }
    }
}
