package com.altcontext.api.http;

import com.altcontext.client.RateLimiter;
import com.altcontext.value.KeyedHash;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.net.URI;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;

/**
 * How much each client has used of its limits on all machines together, in a Redis (version 5 or newer, or Valkey). No
 * request waits for it: a machine decides by what it knows, reports what was used, and corrects itself by the answer.
 * If machines let too much through before they heard of each other, they let less through later, so over a longer time
 * the limit holds for all of them together. While the Redis is unreachable, each machine limits by itself.
 *
 * <p>The keys in the Redis are keyed hashes: no address leaves the machine.
 */
public final class SharedLimits implements RateLimiter.Shared {
    private static final Logger LOG = Logger.getLogger(SharedLimits.class);

    /**
     * A bucket is stored as the time at which it would be full again, by the clock of the Redis, which all machines
     * share. The debt is one whole allowance at most. Returns what is left: a negative number if more was used than
     * there was.
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

    private static final String PREFIX = "altcontext:limit:";
    private static final String PROBE = PREFIX + "probe";

    /** Reports beyond this are dropped: this machine's own limits still hold. */
    private static final int MAX_UNANSWERED = 4_096;

    private static final long TIMEOUT_MILLIS = 1_000;
    private static final long PROBE_MILLIS = 1_000;
    private static final int CONNECT_MILLIS = 2_000;

    private final Vertx vertx;
    private final RedisOptions options;
    private final KeyedHash hash;
    private final long probes;
    private volatile Redis redis;
    private volatile boolean reached;
    private volatile boolean outageLogged;

    /** @param url as {@code redis://user:password@host:6379/0}, or {@code rediss://} for TLS */
    public SharedLimits(Vertx vertx, URI url, KeyedHash hash) {
        this.vertx = vertx;
        this.hash = hash;
        this.options = new RedisOptions()
                .setConnectionString(url.toString())
                .setProtocolNegotiation(false)
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(MAX_UNANSWERED)
                .setMaxWaitingHandlers(MAX_UNANSWERED)
                .setNetClientOptions(new NetClientOptions()
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setTcpNoDelay(true)
                        .setHostnameVerificationAlgorithm("rediss".equals(url.getScheme()) ? "HTTPS" : ""));
        this.redis = Redis.createClient(vertx, options);
        probe();
        this.probes = vertx.setPeriodic(PROBE_MILLIS, again -> probe());
    }

    public boolean isReached() {
        return reached;
    }

    @Override
    public void spend(String bucket, int count, int perMinute, LongConsumer left) {
        if (!reached) {
            return;
        }
        String key = PREFIX + HexFormat.of().formatHex(hash.of(bucket), 0, 16);
        var _ = redis.send(script(key, perMinute, count))
                .onSuccess(answer -> {
                    Long number = answer.toLong();
                    if (number != null) {
                        left.accept(number);
                    }
                })
                .onFailure(this::markUnreachable);
    }

    private static Request script(String key, int perMinute, int count) {
        return Request.cmd(Command.EVAL)
                .arg(SCRIPT)
                .arg(1)
                .arg(key)
                .arg(perMinute)
                .arg(count);
    }

    /**
     * Runs the script without taking anything, since a Redis may answer but refuse the script. If there is no answer in
     * time, the connection is replaced: after a suspension, a machine wakes with a dead one, on which nothing is ever
     * refused or answered.
     */
    private void probe() {
        Redis asked = redis;
        var _ = asked.send(script(PROBE, 1, 0))
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onSuccess(answer -> markReached())
                .onFailure(failed -> {
                    markUnreachable(failed);
                    if (failed instanceof TimeoutException && asked.equals(redis)) {
                        redis = Redis.createClient(vertx, options);
                        asked.close();
                    }
                });
    }

    private void markReached() {
        reached = true;
        if (outageLogged) {
            LOG.info("the Redis of the rate limits is reachable again: they hold for all machines together");
            outageLogged = false;
        }
    }

    /**
     * Logged once until the Redis is back. The first word of an error names its kind; the rest may quote what was sent.
     */
    private void markUnreachable(Throwable failure) {
        reached = false;
        if (!outageLogged) {
            String kind = String.valueOf(failure.getMessage()).replaceFirst("^([A-Z]{2,30}).*", "$1");
            LOG.warnf(
                    "the Redis of the rate limits is unreachable (%s): each machine limits by itself",
                    kind.matches("[A-Z]+") ? kind : failure.getClass().getSimpleName());
            outageLogged = true;
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(probes);
        reached = false;
        redis.close();
    }
}
