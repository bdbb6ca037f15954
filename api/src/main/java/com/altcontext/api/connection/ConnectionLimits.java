package com.altcontext.api.connection;

import com.altcontext.api.http.BodyCollector;
import com.altcontext.api.http.Problem;
import com.altcontext.value.Issue;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;

/**
 * Limits the memory and time that one connection may use: requests that are sent before earlier ones are answered
 * (HTTP/1.1 pipelining, RFC 9112, section 9.3.2), answers that are not read, heads that never end, and bodies that no
 * route reads. The HTTP server limits none of them. Input that is not HTTP is answered here, too, since it reaches no
 * route.
 *
 * <p>Everything but {@link #endIfOverdue} runs on the connection's event loop.
 */
final class ConnectionLimits extends ChannelDuplexHandler {
    /** The time limit for the head of a request, from its first byte or from the start of the connection. */
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(10);

    /** The time limit for the rest of a body whose request is answered already. */
    private static final Duration REST_TIMEOUT = Duration.ofSeconds(2);

    /** Browsers and proxies wait for each answer; test tools may send a handful ahead. */
    private static final int MAX_PIPELINED = 32;

    /** No route reads more of a body. */
    private static final int MAX_BODY = BodyCollector.MAX_BYTES;

    /**
     * Answers that the client has not read. A client that waits for each answer never has this much unread at its next
     * request.
     */
    private static final WriteBufferWaterMark MAX_UNREAD = new WriteBufferWaterMark(8 * 1024, 16 * 1024);

    /** Each waiting connection may hold a buffer of this size, and all may wait at once. */
    private static final int MAX_READ = 4 * 1024;

    private static final int FIRST_READ = 2 * 1024;

    private static final int BAD_REQUEST = 400;
    private static final int URI_TOO_LONG = 414;
    private static final int HEAD_TOO_LARGE = 431;
    private static final int UNAVAILABLE = 503;

    private final Channel channel;
    private final EarlyAnswer early;
    private final ConnectionHeads heads;

    /** Requests whose answers are not finished. */
    private int unanswered;

    /** Whether a part of the last request is still to come. */
    private boolean receiving;

    private long received;
    private boolean tooLong;

    /**
     * The status to answer to input that is not HTTP, as soon as all requests before it are answered; 0 if there is
     * none.
     */
    private int refusal;

    private List<Issue> refusalIssues = List.of();
    private boolean ending;
    private boolean decoded;
    private boolean headStarted;

    /**
     * Until when the rest of a head must arrive, or the rest of a body whose request is answered; 0 while nothing is
     * due.
     */
    private volatile long deadline = in(HEAD_TIMEOUT);

    ConnectionLimits(Channel channel, EarlyAnswer early, ConnectionHeads heads) {
        this.channel = channel;
        this.early = early;
        this.heads = heads;
        channel.config()
                .setWriteBufferWaterMark(MAX_UNREAD)
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(FIRST_READ / 2, FIRST_READ, MAX_READ));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        decoded = true;
        // The rest of what an ended decoder has read is bytes.
        boolean wanted = !ending && refusal == 0 && message instanceof HttpObject;
        if (wanted && message instanceof HttpRequest request) {
            wanted = acceptHead(context, request);
        }
        if (wanted && message instanceof HttpContent content) {
            wanted = acceptContent(context, content);
        }
        if (wanted) {
            context.fireChannelRead(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private boolean acceptHead(ChannelHandlerContext context, HttpRequest request) {
        deadline = 0;
        unanswered++;
        if (request.decoderResult().isFailure()) {
            refuse(context, request.decoderResult().cause());
            return false;
        }
        if (!isSupported(request.protocolVersion()) || !isEndCertain(request)) {
            refuse(context, BAD_REQUEST, List.of());
            return false;
        }
        boolean fits = heads.begin(request, waitsBehindAnother());
        if (!fits && !waitsBehindAnother()) {
            refuse(context, UNAVAILABLE, List.of());
            return false;
        }
        if (!fits || unanswered > MAX_PIPELINED || !context.channel().isWritable()) {
            closeNow(context);
            return false;
        }
        receiving = true;
        received = 0;
        tooLong = HttpUtil.getContentLength(request, 0L) > MAX_BODY;
        return true;
    }

    /** The HTTP server itself would accept any version (RFC 9110, section 2.5). */
    private static boolean isSupported(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    /**
     * Whether a proxy and the decoder see the end of the body at the same place. With any transfer coding but "chunked"
     * they may not: what follows could then pass for the request of another client (RFC 9112, section 6.3).
     */
    private static boolean isEndCertain(HttpRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst()));
    }

    private boolean acceptContent(ChannelHandlerContext context, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            if (unanswered == 0) {
                end(context);
            } else {
                refuse(context, BAD_REQUEST, List.of());
            }
            return false;
        }
        int bytes = content.content().readableBytes();
        if (!heads.add(bytes, content instanceof LastHttpContent, waitsBehindAnother())) {
            closeNow(context);
            return false;
        }
        boolean passed = received <= MAX_BODY;
        received += bytes;
        if (content instanceof LastHttpContent) {
            receiving = false;
            deadline = 0;
        } else if (received > MAX_BODY) {
            tooLong = true;
            if (unanswered == 0) {
                end(context);
            }
        }
        // The part that exceeds the limit is still passed on, so that the reader notices; more is not needed.
        return passed;
    }

    /** Whether the request that is being read waits for the answer to an earlier one. */
    private boolean waitsBehindAnother() {
        return unanswered > 1;
    }

    /** Closes the connection at once. The HTTP server would wait until everything is read. */
    private void closeNow(ChannelHandlerContext context) {
        ending = true;
        heads.forget();
        var _ = context.close();
    }

    private void refuse(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case TooLongHttpLineException line ->
                refuse(context, URI_TOO_LONG, List.of(new Issue("", "the first line must not be longer than 4 KB")));
            case TooLongHttpHeaderException head ->
                refuse(context, HEAD_TOO_LARGE, List.of(new Issue("", "the headers must not be longer than 8 KB")));
            default -> refuse(context, BAD_REQUEST, List.of());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!decoded && !receiving) {
            headStarted = true;
            if (deadline == 0) {
                deadline = in(HEAD_TIMEOUT);
            }
        }
        decoded = false;
        context.fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (ending) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        boolean interim = false;
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (unanswered == 1 && receiving && tooLong && !interim) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
        }
        var _ = context.write(message, promise);
        if (message instanceof LastHttpContent && !interim) {
            unanswered--;
            finishAnswer(context);
        }
    }

    private void finishAnswer(ChannelHandlerContext context) {
        heads.answered();
        if (refusal != 0) {
            refuse(context, refusal, refusalIssues);
        } else if (unanswered == 0 && receiving) {
            if (tooLong) {
                end(context);
            } else {
                deadline = in(REST_TIMEOUT);
            }
        }
    }

    /**
     * Answers the last request, which is not HTTP, and ends the connection. Waits until the requests before it are
     * answered.
     */
    private void refuse(ChannelHandlerContext context, int status, List<Issue> issues) {
        refusal = status;
        refusalIssues = issues;
        heads.forget();
        if (unanswered == 1) {
            ending = true;
            deadline = 0;
            // The first handler writes it, so it does not pass the encoder.
            EarlyAnswer.endAfter(context.pipeline()
                    .firstContext()
                    .writeAndFlush(early.bytes(status, Problem.ofStatus(status), issues)));
        }
    }

    /** Ends the connection once everything is sent that was written. */
    private void end(ChannelHandlerContext context) {
        ending = true;
        heads.forget();
        deadline = 0;
        EarlyAnswer.endAfter(context.writeAndFlush(Unpooled.EMPTY_BUFFER));
    }

    /** Ends the connection if something that is due has not arrived in time. Any thread may call it. */
    void endIfOverdue() {
        // Nothing arrives while we do not read.
        if (isOverdue() && channel.config().isAutoRead()) {
            channel.pipeline().fireUserEventTriggered(this);
        }
    }

    private boolean isOverdue() {
        long due = deadline;
        return due != 0 && System.nanoTime() - due > 0;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event != this) {
            context.fireUserEventTriggered(event);
        } else if (isOverdue() && headStarted && !receiving && unanswered == 0) {
            unanswered++;
            refuse(
                    context,
                    BAD_REQUEST,
                    List.of(new Issue(
                            "", "the head of a request must arrive within " + HEAD_TIMEOUT.toSeconds() + " seconds")));
        } else if (isOverdue()) {
            var _ = context.close();
        }
    }

    private static long in(Duration time) {
        // 0 means that nothing is due.
        return (System.nanoTime() + time.toNanos()) | 1;
    }
}
