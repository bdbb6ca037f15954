package com.altcontext.api.connection;

import com.altcontext.api.http.Problem;
import com.altcontext.api.http.SecurityHeaders;
import com.altcontext.value.Issue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Answers without a request: to input that is not HTTP, and to a connection for which there is no room. The connection
 * ends after such an answer.
 */
final class EarlyAnswer {
    private static final long LINGER_SECONDS = 2;

    private final SecurityHeaders headers;

    EarlyAnswer(SecurityHeaders headers) {
        this.headers = headers;
    }

    /** The whole answer as it is sent over the network. */
    ByteBuf bytes(int status, Problem problem, List<Issue> issues) {
        String body = problem.json(issues);
        MultiMap all = MultiMap.caseInsensitiveMultiMap();
        headers.set(all, null);
        all.set(HttpHeaders.CONTENT_TYPE, "application/json");
        all.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        if (problem == Problem.UNAVAILABLE) {
            all.set(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        all.set(HttpHeaders.CONTENT_LENGTH, String.valueOf(content.length));
        StringBuilder head = new StringBuilder(512)
                .append("HTTP/1.1 ")
                .append(HttpResponseStatus.valueOf(status))
                .append("\r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("\r\n");
        return Unpooled.wrappedBuffer(head.toString().getBytes(StandardCharsets.US_ASCII), content);
    }

    /**
     * Ends a connection once the answer is written. Our side is closed at once. The other side is closed when the
     * client closes it, or soon after: if the client's bytes reached a closed connection, it would see a reset instead
     * of the answer.
     */
    static void endAfter(ChannelFuture written) {
        Channel channel = written.channel();
        channel.config().setAutoRead(true);
        Future<?> end = channel.eventLoop().schedule(() -> closeNow(channel), LINGER_SECONDS, TimeUnit.SECONDS);
        var _ = channel.closeFuture().addListener(closed -> end.cancel(false));
        var _ = written.addListener(done -> {
            if (done.isSuccess() && channel instanceof DuplexChannel duplex) {
                var _ = duplex.shutdownOutput();
            } else {
                closeNow(channel);
            }
        });
    }

    private static void closeNow(Channel channel) {
        var _ = channel.close();
    }
}
