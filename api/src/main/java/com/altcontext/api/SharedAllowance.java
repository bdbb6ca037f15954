package com.altcontext.api;

import com.altcontext.value.KeyedHash;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What each client has spent on all machines together, in a Redis (from version 5; or Valkey). Nobody waits for it: a machine
 * decides by what it knows, tells what was spent, and corrects itself by the answer. Machines that let too much through
 * before they heard of each other pay that back, so over any longer time the limit holds for all of them together. While the
 * Redis is away each limits by itself.
 *
 * <p>Keys are keyed hashes: no address leaves the machine. All of a command's replies are lines, so there is no more of the
 * protocol here than that.
 */
final class SharedAllowance {
    private static final Logger LOG = Logger.getLogger(SharedAllowance.class);

    /**
     * A bucket is the moment at which it would be full again, by the one clock that all machines share. Debt ends at a
     * whole allowance. Answers with what is left, less than nothing where more was spent than there was.
     */
    private static final String SCRIPT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local token = 60000000 / ARGV[1]
            local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + ARGV[2] * token
            full = math.min(full, now + 120000000)
            redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', string.format('%.0f', (full - now) / 1000 + 1))
            return math.floor(ARGV[1] - (full - now) / token)
            """;

    private static final String DIGEST = digest(SCRIPT);
    private static final String PREFIX = "altcontext:limit:";

    /** What comes beyond is not told: this machine's own limits still hold. */
    private static final int MAX_UNANSWERED = 4_096;

    private static final int MAX_REPLY = 1_024;
    private static final long PATIENCE_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 250;
    private static final long RETRY_MILLIS = 1_000;
    private static final int CONNECT_MILLIS = 2_000;

    private final Vertx vertx;
    private final RedisUrl url;
    private final KeyedHash hash;
    private final NetClient client;
    private final Context context;

    // The rest belongs to the context's thread.
    private final Deque<Asked> unanswered = new ArrayDeque<>();
    private @Nullable NetSocket socket;
    private boolean isScriptKnown;
    private boolean isAwayTold;
    private boolean closed;
    private volatile boolean reached;

    SharedAllowance(Vertx vertx, RedisUrl url, KeyedHash hash) {
        this.vertx = vertx;
        this.url = url;
        this.hash = hash;
        this.client = vertx.createNetClient(new NetClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setTcpNoDelay(true)
                .setSsl(url.tls())
                .setHostnameVerificationAlgorithm(url.tls() ? "HTTPS" : ""));
        this.context = vertx.getOrCreateContext();
        context.runOnContext(now -> {
            vertx.setPeriodic(LOOK_MILLIS, look -> hangUpOnSilence());
            connect();
        });
    }

    private record Asked(long atNanos, Consumer<String> reply) {}

    boolean isReached() {
        return reached;
    }

    /**
     * Tells what was spent. What is left then is told later, from another thread, or never.
     *
     * @param bucket the limit and the client
     */
    void spend(String bucket, int count, int perMinute, LongConsumer left) {
        if (!reached) {
            return;
        }
        String key = PREFIX + HexFormat.of().formatHex(hash.of(bucket), 0, 16);
        context.runOnContext(now -> {
            if (socket == null || unanswered.size() >= MAX_UNANSWERED || socket.writeQueueFull()) {
                return;
            }
            ask(
                    line -> corrected(line, left),
                    isScriptKnown ? "EVALSHA" : "EVAL",
                    isScriptKnown ? DIGEST : SCRIPT,
                    "1",
                    key,
                    String.valueOf(perMinute),
                    String.valueOf(count));
        });
    }

    private void corrected(String line, LongConsumer left) {
        if (line.startsWith(":")) {
            isScriptKnown = true;
            left.accept(Long.parseLong(line.substring(1)));
        } else if (line.startsWith("-NOSCRIPT")) {
            isScriptKnown = false; // it was started anew, or another took its place
        } else {
            hangUp("it answers " + code(line));
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        client.connect(url.port(), url.host()).onSuccess(this::greet).onFailure(failed -> {
            away(failed.getClass().getSimpleName());
            vertx.setTimer(RETRY_MILLIS, again -> connect());
        });
    }

    private void greet(NetSocket connected) {
        socket = connected;
        isScriptKnown = false;
        RecordParser lines = RecordParser.newDelimited("\r\n", line -> answered(line.toString()));
        lines.maxRecordSize(MAX_REPLY).exceptionHandler(tooLong -> connected.close());
        connected.handler(lines).exceptionHandler(broken -> connected.close()).closeHandler(gone -> {
            socket = null;
            reached = false;
            unanswered.clear();
            if (!closed) {
                away("it hung up");
                vertx.setTimer(RETRY_MILLIS, again -> connect());
            }
        });
        url.password()
                .ifPresent(password -> url.user()
                        .ifPresentOrElse(
                                user -> ask(this::agreed, "AUTH", user, password),
                                () -> ask(this::agreed, "AUTH", password)));
        ask(this::agreed, "SELECT", String.valueOf(url.database()));
        ask(line -> there(), "PING");
    }

    private void agreed(String line) {
        if (!line.startsWith("+")) {
            hangUp("it answers " + code(line));
        }
    }

    private void answered(String line) {
        Asked asked = unanswered.poll();
        if (asked != null) {
            asked.reply.accept(line);
        }
    }

    private void ask(Consumer<String> reply, String... words) {
        if (socket == null) {
            return;
        }
        unanswered.add(new Asked(System.nanoTime(), reply));
        Buffer command = Buffer.buffer().appendString("*" + words.length + "\r\n");
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            command.appendString("$" + bytes.length + "\r\n").appendBytes(bytes).appendString("\r\n");
        }
        var _ = socket.write(command);
    }

    /** A machine that was suspended wakes with a dead connection, on which nothing is ever refused or answered. */
    private void hangUpOnSilence() {
        Asked oldest = unanswered.peek();
        if (oldest != null && System.nanoTime() - oldest.atNanos > PATIENCE_MILLIS * 1_000_000) {
            hangUp("it does not answer");
        }
    }

    private void hangUp(String why) {
        away(why);
        unanswered.clear();
        reached = false;
        NetSocket given = socket;
        socket = null; // what is asked before it has closed would be taken for answered by its last words
        if (given != null) {
            var _ = given.close();
        }
    }

    private void there() {
        reached = true;
        if (isAwayTold) {
            LOG.info("the Redis of the limits is there again: they hold for all machines together");
            isAwayTold = false;
        }
    }

    /** Said once, until it is there again. */
    private void away(String why) {
        if (!isAwayTold) {
            LOG.warnf("the Redis of the limits is away (%s): each machine limits by itself", why);
            isAwayTold = true;
        }
    }

    void close() {
        context.runOnContext(now -> {
            closed = true;
            reached = false;
            var _ = client.close();
        });
    }

    /** The first word of an error, which names its kind; the rest may tell what was sent. */
    private static String code(String line) {
        return line.replaceFirst("^-?([A-Za-z]{0,30}).*", "$1");
    }

    private static String digest(String script) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }
}
