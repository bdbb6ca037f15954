package com.altcontext.api.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits the heap of the long answers that clients are still reading. If there is too much of it, the connection whose
 * answer has waited longest ends: its client reads slowly, or not at all. Safe for use by several threads.
 */
@Singleton
class UnreadAnswers {
    /** Three of the longest answers, or all that a hundred and fifty dashboards ask for at once. */
    private static final int MAX_BYTES = 6 << 20;

    /** The bytes of each answer, the oldest first. A connection sends one answer at a time. */
    private final Map<Channel, Integer> unread = new LinkedHashMap<>();

    private long held;

    /** Must be called before an answer of this length is sent; {@link #remove} after it. */
    void add(Channel channel, int bytes) {
        List<Channel> slowest = new ArrayList<>();
        synchronized (this) {
            unread.put(channel, bytes);
            held += bytes;
            Iterator<Map.Entry<Channel, Integer>> oldest = unread.entrySet().iterator();
            while (held > MAX_BYTES && unread.size() > 1) {
                Map.Entry<Channel, Integer> ended = oldest.next();
                slowest.add(ended.getKey());
                held -= ended.getValue();
                oldest.remove();
            }
        }
        slowest.forEach(UnreadAnswers::close);
    }

    synchronized void remove(Channel channel) {
        Integer bytes = unread.remove(channel);
        held -= bytes == null ? 0 : bytes;
    }

    /** Closes the connection at once. The HTTP server would wait until everything is read. */
    private static void close(Channel channel) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first != null) {
            var _ = first.close();
        }
    }
}
