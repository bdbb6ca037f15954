package com.altcontext.api.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.http.SecurityHeaders;
import com.altcontext.ingest.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder and the limits of a connection, with a server that answers when it is told to. */
class ConnectionHeadsTest {
    private static final String TYPICAL = "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: " + "u".repeat(100) + "\r\n"
            + "Accept-Language: en\r\n".repeat(10) + "\r\n";
    private static final String MANY = "a:1\r\n".repeat(200);

    private final MemoryBudget memory = new MemoryBudget(12 << 20);
    private final HeadMemory heads = new HeadMemory(memory);
    private final List<ChannelHandlerContext> unanswered = new ArrayList<>();

    private EmbeddedChannel connection() {
        EmbeddedChannel channel = new EmbeddedChannel();
        ConnectionHeads own = new ConnectionHeads(channel, heads);
        channel.pipeline()
                .addLast(own, new HttpRequestDecoder())
                .addLast(new ConnectionLimits(channel, new EarlyAnswer(new SecurityHeaders(false)), own))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        if (message instanceof LastHttpContent) {
                            unanswered.add(context);
                        }
                        ReferenceCountUtil.release(message);
                    }
                });
        return channel;
    }

    private static void send(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    private void answerAll() {
        List<ChannelHandlerContext> now = List.copyOf(unanswered);
        unanswered.clear();
        for (ChannelHandlerContext each : now) {
            var _ = each.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        }
    }

    @Test
    void what_every_browser_sends_is_not_counted() {
        EmbeddedChannel channel = connection();

        send(channel, TYPICAL);

        assertThat(unanswered).hasSize(1);
        assertThat(memory.held()).isZero();
    }

    @Test
    void a_head_of_many_headers_is_counted_until_it_is_answered() {
        EmbeddedChannel channel = connection();

        send(channel, "GET / HTTP/1.1\r\n" + MANY);
        long incomplete = memory.held();
        send(channel, "\r\n");

        assertThat(incomplete).isBetween(200L * 100, 200L * 200);
        assertThat(memory.held()).isBetween(200L * 100, 200L * 200);
        answerAll();
        assertThat(memory.held()).isZero();
    }

    @Test
    void the_decoder_keeps_the_space_of_the_longest_line() {
        EmbeddedChannel channel = connection();

        send(channel, "GET / HTTP/1.1\r\nX-Long: " + "x".repeat(5_000) + "\r\n\r\n");
        assertThat(memory.held()).isGreaterThan(2 * 5_000 - 3_100);
        answerAll();
        assertThat(memory.held()).isBetween(5_000L, 5_100L);
        send(channel, TYPICAL);
        answerAll();
        assertThat(memory.held()).isBetween(5_000L, 5_100L);
        var _ = channel.close();
        assertThat(memory.held()).isZero();
    }

    @Test
    void a_head_that_begins_in_the_last_part_of_a_body_is_counted() {
        EmbeddedChannel channel = connection();

        send(channel, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
        send(channel, "cdGET / HTTP/1.1\r\n" + MANY);

        assertThat(memory.held()).isGreaterThan(200 * 100);
    }

    @Test
    void the_frames_of_a_body_are_not_a_head() {
        EmbeddedChannel channel = connection();

        send(channel, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 500; i++) {
            send(channel, "1;name=value\r\na\r\n");
            assertThat(memory.held()).isZero();
        }
        send(channel, "0\r\n\r\n");

        assertThat(unanswered).hasSize(1);
        assertThat(memory.held()).isZero();
    }

    @Test
    void a_request_without_room_is_refused_and_the_client_that_kept_the_service_waiting_longest_is_ended() {
        EmbeddedChannel answering = connection();
        send(answering, "GET / HTTP/1.1\r\n" + MANY + "\r\n");
        List<EmbeddedChannel> waiting = new ArrayList<>();
        EmbeddedChannel refused = answering;
        while (refused.readOutbound() == null) {
            waiting.add(refused);
            refused = connection();
            send(refused, "POST / HTTP/1.1\r\nContent-Length: 4\r\n" + MANY + "\r\nab");
        }

        assertThat(waiting).hasSizeBetween(150, 300);
        assertThat(answering.isOpen()).isTrue();
        assertThat(waiting.get(1).isOpen()).isFalse();
        assertThat(waiting.subList(2, waiting.size())).allMatch(EmbeddedChannel::isOpen);
        EmbeddedChannel next = connection();
        send(next, "POST / HTTP/1.1\r\nContent-Length: 4\r\n" + MANY + "\r\nab");
        assertThat(next.<ByteBuf>readOutbound()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void nothing_is_counted_any_more_once_all_is_answered_or_closed(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            EmbeddedChannel channel = connection();
            String sent = requests(random);
            int end = random.nextBoolean() ? sent.length() : random.nextInt(sent.length());
            for (int at = 0; at < end; ) {
                int next = Math.min(end, at + 1 + random.nextInt(3_000));
                send(channel, sent.substring(at, next));
                at = next;
                if (random.nextBoolean()) {
                    answerAll();
                }
            }
            answerAll();
            if (end == sent.length() && channel.isOpen()) {
                assertThat(memory.held()).as("round " + round).isZero();
            }
            var _ = channel.close();
            channel.runPendingTasks();
            assertThat(memory.held()).as("round " + round).isZero();
        }
    }

    private static String requests(Random random) {
        StringBuilder requests = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            String headers =
                    "n: v\r\n".repeat(random.nextInt(300)) + "Other: " + "x".repeat(random.nextInt(900)) + "\r\n";
            String body = "line\n".repeat(random.nextInt(500));
            requests.append(
                    switch (random.nextInt(3)) {
                        case 0 -> "GET /path HTTP/1.1\r\n" + headers + "\r\n";
                        case 1 ->
                            "POST / HTTP/1.1\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
                        default ->
                            "POST / HTTP/1.1\r\n" + headers + "Transfer-Encoding: chunked\r\n\r\n"
                                    + Integer.toHexString(body.length() + 1) + "\r\n" + body + "\n\r\n0\r\n\r\n";
                    });
        }
        return requests.toString();
    }
}
