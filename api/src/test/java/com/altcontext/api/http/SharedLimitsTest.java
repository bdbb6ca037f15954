package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.client.Limit;
import com.altcontext.client.RateLimiter;
import com.altcontext.value.KeyedHash;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.parsetools.RecordParser;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a machine uses the answers of Redis. A small server stands in for Redis. */
class SharedLimitsTest {
    private static final Limit EVENTS = Limit.EVENTS;
    private static final InetAddress CLIENT = InetAddress.ofLiteral("203.0.113.1");

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong now = new AtomicLong();
    /** The remaining shared allowance that each answer reports. */
    private final Queue<Long> left = new ConcurrentLinkedQueue<>();

    /** How often the service has probed whether Redis runs the script. */
    private final AtomicInteger probes = new AtomicInteger();

    private volatile boolean refusesScripts;
    private NetServer redis = vertx.createNetServer();
    private SharedLimits shared;
    private RateLimiter limiter = new RateLimiter(Map.of(EVENTS, 120), now::get, null);

    @BeforeEach
    void open() throws Exception {
        redis.connectHandler(socket -> socket.handler(RecordParser.newDelimited("\r\n", line -> {
            switch (line.toString().toLowerCase(Locale.ROOT)) {
                case "select" -> socket.write("+OK\r\n");
                case "ping" -> socket.write("+PONG\r\n");
                case "eval" -> socket.write(refusesScripts ? "-NOPERM no scripts\r\n" : "");
                case "altcontext:limit:probe" -> {
                    probes.incrementAndGet();
                    socket.write(refusesScripts ? "" : ":120\r\n");
                }
                case String key
                when key.startsWith("altcontext:limit:") ->
                    socket.write(refusesScripts ? "" : ":" + left.remove() + "\r\n");
                default -> {} // lengths and other arguments
            }
        })));
        redis = redis.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        shared = new SharedLimits(
                vertx, URI.create("redis://127.0.0.1:" + redis.actualPort()), new KeyedHash("a pepper for tests only"));
        limiter = new RateLimiter(Map.of(EVENTS, 120), now::get, shared);
        Awaitility.await().until(shared::isReached);
    }

    @AfterEach
    void close() throws Exception {
        limiter.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void an_allowance_used_on_another_machine_is_used_here_too() {
        left.add(20L);
        assertThat(limiter.take(EVENTS, CLIENT, 1).remaining()).isEqualTo(119);

        Awaitility.await().until(() -> limiter.peek(EVENTS, CLIENT).remaining() == 20);
        assertThat(limiter.take(EVENTS, CLIENT, 21).isAllowed()).isFalse();
        assertThat(limiter.take(EVENTS, CLIENT, 20).isAllowed()).isTrue();
    }

    @Test
    void a_shared_deficit_must_refill_before_requests_are_allowed_again() {
        left.add(-60L);
        assertThat(limiter.take(EVENTS, CLIENT, 1).isAllowed()).isTrue();

        Awaitility.await().until(() -> !limiter.peek(EVENTS, CLIENT).isAllowed());
        now.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(limiter.peek(EVENTS, CLIENT).isAllowed()).isFalse();
        now.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(limiter.peek(EVENTS, CLIENT).isAllowed()).isTrue();
    }

    @Test
    void a_redis_that_answers_but_refuses_the_script_counts_as_unreachable() {
        refusesScripts = true;
        assertThat(limiter.take(EVENTS, CLIENT, 1).isAllowed()).isTrue();
        Awaitility.await().until(() -> !shared.isReached());
        int before = probes.get();

        Awaitility.await().until(() -> probes.get() >= before + 2);
        assertThat(shared.isReached()).isFalse();
        refusesScripts = false;
        Awaitility.await().until(shared::isReached);
    }

    @Test
    void an_allowance_used_on_this_machine_is_not_restored_by_redis() {
        left.addAll(List.of(119L, 5L));
        InetAddress another = InetAddress.ofLiteral("203.0.113.2");
        assertThat(limiter.take(EVENTS, CLIENT, 100).isAllowed()).isTrue();
        assertThat(limiter.take(EVENTS, another, 1).isAllowed()).isTrue();

        Awaitility.await().until(() -> limiter.peek(EVENTS, another).remaining() == 5);
        assertThat(limiter.peek(EVENTS, CLIENT).remaining()).isEqualTo(20);
    }
}
