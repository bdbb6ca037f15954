package com.altcontext.api.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;

/**
 * Counts the heap that the heads of requests of one connection use, before and after they are decoded, together with
 * everything of requests that wait behind another. What every browser sends is not counted.
 *
 * <p>Stands before the decoder, which keeps what it has read of a head, and tells nobody. Everything runs on the
 * connection's event loop.
 */
final class ConnectionHeads extends ChannelInboundHandlerAdapter {
    /** A request that waits behind another, without its head. */
    private static final int REQUEST_BYTES = 1_024;

    /** A header besides its text, as measured. */
    private static final int HEADER_BYTES = 150;

    /** The head of a browser's request. All connections may hold one at once. */
    private static final int FREE_BYTES = 3 * 1024;

    /** The decoder keeps the space for the longest line that it has seen. A shorter one is not counted. */
    private static final int FREE_LINE = 1_024;

    private static final byte LINE_END = '\n';

    private final HeadMemory memory;
    private final Channel channel;

    /** The counted bytes of each request that is not answered, the oldest first. */
    private final ArrayDeque<Integer> requests = new ArrayDeque<>(2);

    /** The bytes that have arrived and are not part of a decoded message, and the lines that end in them. */
    private int undecoded;

    private int undecodedLines;

    /** The counted bytes of what is not decoded, and of the decoder's longest line. */
    private long ofUndecoded;

    private long ofLine;
    private long held;
    private boolean decoded;
    private boolean inBody;
    private boolean dropped;

    ConnectionHeads(Channel channel, HeadMemory memory) {
        this.channel = channel;
        this.memory = memory;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        int end = bytes.writerIndex();
        int length = bytes.readableBytes();
        undecoded += length;
        bytes.retain();
        try {
            context.fireChannelRead(message);
            if (undecoded > 0 && !inBody) {
                undecodedLines += lines(bytes, end - Math.min(undecoded, length), end);
            }
        } finally {
            bytes.release();
        }
    }

    private static int lines(ByteBuf bytes, int start, int end) {
        int lines = 0;
        for (int at = bytes.indexOf(start, end, LINE_END); at >= 0; at = bytes.indexOf(at + 1, end, LINE_END)) {
            lines++;
        }
        return lines;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        long bytes = 2L * undecoded + (long) undecodedLines * HEADER_BYTES - FREE_BYTES;
        // What frames a body looks like the start of a head.
        if (inBody || (decoded && bytes <= 0)) {
            undecoded = 0;
            undecodedLines = 0;
            bytes = 0;
        }
        decoded = false;
        long more = Math.max(0, bytes) - ofUndecoded;
        ofUndecoded += more;
        if (more < 0) {
            give(-more);
        } else if (!take(more)) {
            forget();
            var _ = context.close();
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (held > 0) {
            give(held);
        }
        context.fireChannelInactive();
    }

    /**
     * A head was decoded.
     *
     * @param waits whether the request waits for the answer to an earlier one
     * @return false if there is no memory for it
     */
    boolean begin(HttpRequest request, boolean waits) {
        int text = request.uri().length();
        int line = text;
        int headers = 0;
        Iterator<Map.Entry<CharSequence, CharSequence>> each = request.headers().iteratorCharSequence();
        while (each.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = each.next();
            int length = header.getKey().length() + header.getValue().length();
            text += length;
            line = Math.max(line, length);
            headers++;
        }
        undecodedLines = 0;
        decoded(text + headers * ": \r\n".length() + request.method().name().length() + "  HTTP/1.1\r\n\r\n".length());
        inBody = true;
        int bytes = text + headers * HEADER_BYTES + (waits ? REQUEST_BYTES : -FREE_BYTES);
        requests.addLast(Math.max(0, bytes));
        long grown = line > FREE_LINE ? Math.max(0, line - ofLine) : 0;
        ofLine += grown;
        return take(requests.getLast() + grown);
    }

    /**
     * A part of a body was decoded.
     *
     * @param waits whether the request waits for the answer to an earlier one
     * @return false if there is no memory for it
     */
    boolean add(int bytes, boolean isLast, boolean waits) {
        decoded(bytes);
        inBody = !isLast;
        if (!waits || bytes == 0 || requests.isEmpty()) {
            return true;
        }
        requests.addLast(requests.removeLast() + bytes);
        return take(bytes);
    }

    private void decoded(int bytes) {
        undecoded = Math.max(0, undecoded - bytes);
        decoded = true;
    }

    /** The oldest request was answered. */
    void answered() {
        Integer bytes = requests.pollFirst();
        if (bytes != null && bytes > 0) {
            give(bytes);
        }
    }

    private boolean take(long bytes) {
        if (bytes > 0 && !memory.take(this, bytes)) {
            return false;
        }
        held += bytes;
        return true;
    }

    private void give(long bytes) {
        // After a refusal, less is held than was counted.
        long given = Math.min(bytes, held);
        held -= given;
        memory.give(this, given, held == 0);
    }

    boolean isOfThisThread() {
        return channel.eventLoop().inEventLoop();
    }

    /** Whether the client has to send something next: the rest of a head or of a body, or another request. */
    boolean waitsForClient() {
        return !dropped && (inBody || requests.isEmpty());
    }

    /** Ends the connection to make room for others. */
    void drop() {
        dropped = true;
        var _ = channel.close();
    }

    /** Reads no more, and frees what the decoder holds: a connection may stay open until its client has read why. */
    void forget() {
        if (channel.pipeline().get(HttpRequestDecoder.class) != null) {
            channel.pipeline().remove(HttpRequestDecoder.class);
        }
    }
}
