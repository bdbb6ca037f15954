package com.altcontext.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Bounds what one connection may hold. HTTP/1.1 lets a client send requests ahead of their answers (pipelining, RFC 9112,
 * section 9.3.2), and the HTTP server would keep any number of either: a client that asks and never reads would fill the memory.
 * One that is further ahead than anybody needs to be is cut off.
 */
final class Pipelining extends ChannelDuplexHandler {
    /** Browsers and proxies wait for each answer; a test tool may send a handful ahead. */
    private static final int MOST_AHEAD = 32;

    /** Answers that were given and not taken. Those of a client that waits for each are never as much at its next request. */
    private static final WriteBufferWaterMark MOST_UNTAKEN = new WriteBufferWaterMark(8 * 1024, 16 * 1024);

    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf(Pipelining.class, "watched");

    /** The request during which this was installed is the first. */
    private int unanswered = 1;

    private boolean cutOff;

    private Pipelining() {}

    /** Called with each request of a connection, on its event loop; looks after all that follow the first. */
    static void watch(HttpConnection connection) {
        if (!(connection instanceof ConnectionBase base)) {
            return;
        }
        Channel channel = base.channel();
        if (channel.attr(WATCHED).setIfAbsent(true) == null) {
            channel.config().setWriteBufferWaterMark(MOST_UNTAKEN);
            channel.pipeline().addBefore(base.channelHandlerContext().name(), "pipelining", new Pipelining());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            unanswered++;
            if (unanswered > MOST_AHEAD || !context.channel().isWritable()) {
                cutOff = true;
                // Not by way of the HTTP server, which would wait until everything is taken.
                var _ = context.close();
            }
        }
        if (cutOff) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean isInterim = message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (message instanceof LastHttpContent && !isInterim) {
            unanswered--;
        }
        var _ = context.write(message, promise);
    }
}
