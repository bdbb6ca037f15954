package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final Endpoint.Limit EVENTS = Endpoint.Limit.EVENTS;
    private static final InetAddress SOMEBODY = InetAddress.ofLiteral("203.0.113.1");

    /** Time that passes when a test says so. */
    private static final class ManualTime implements TimeMeter {
        private long nanos;

        void pass(Duration time) {
            nanos += time.toNanos();
        }

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }

    private final ManualTime time = new ManualTime();
    private final RateLimiter limiter = new RateLimiter(Map.of(EVENTS, 120, Endpoint.Limit.DOCUMENTS, 60), time);

    @Test
    void so_many_pass_in_a_minute_and_no_more() {
        for (int i = 0; i < 120; i++) {
            assertThat(limiter.take(EVENTS, SOMEBODY, 1).passed()).isTrue();
        }
        RateLimiter.Verdict verdict = limiter.take(EVENTS, SOMEBODY, 1);

        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.perMinute()).isEqualTo(120);
        assertThat(verdict.remaining()).isZero();
        assertThat(verdict.retryAfterSeconds()).isEqualTo(1);
    }

    @Test
    void the_allowance_refills_steadily() {
        limiter.take(EVENTS, SOMEBODY, 120);
        time.pass(Duration.ofMillis(499));
        assertThat(limiter.take(EVENTS, SOMEBODY, 1).passed()).isFalse();
        time.pass(Duration.ofMillis(1));
        assertThat(limiter.take(EVENTS, SOMEBODY, 1).passed()).isTrue();
        time.pass(Duration.ofMinutes(10));
        assertThat(limiter.take(EVENTS, SOMEBODY, 120).passed()).isTrue();
        assertThat(limiter.take(EVENTS, SOMEBODY, 1).passed()).isFalse();
    }

    @Test
    void who_waits_as_long_as_told_passes() {
        for (int count : new int[] {1, 7, 60, 120}) {
            InetAddress client = InetAddress.ofLiteral("198.51.100." + count);
            limiter.take(EVENTS, client, 120);
            RateLimiter.Verdict verdict = limiter.take(EVENTS, client, count);
            assertThat(verdict.passed()).isFalse();
            time.pass(Duration.ofSeconds(verdict.retryAfterSeconds()));
            assertThat(limiter.take(EVENTS, client, count).passed()).isTrue();
        }
    }

    @Test
    void all_are_taken_or_none() {
        assertThat(limiter.take(EVENTS, SOMEBODY, 100).passed()).isTrue();
        assertThat(limiter.take(EVENTS, SOMEBODY, 100).passed()).isFalse();
        assertThat(limiter.take(EVENTS, SOMEBODY, 20).passed()).isTrue();
    }

    @Test
    void more_than_the_allowance_never_passes_and_the_wait_is_a_minute_at_most() {
        RateLimiter.Verdict verdict = limiter.take(EVENTS, SOMEBODY, 121);

        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.retryAfterSeconds()).isBetween(1L, 60L);
    }

    @Test
    void to_look_takes_nothing() {
        for (int i = 0; i < 200; i++) {
            assertThat(limiter.look(EVENTS, SOMEBODY)).isEqualTo(new RateLimiter.Verdict(true, EVENTS, 120, 120, 0));
        }
        assertThat(limiter.take(EVENTS, SOMEBODY, 120).passed()).isTrue();
    }

    @Test
    void whoever_looks_is_told_what_taking_one_would_tell() {
        limiter.take(EVENTS, SOMEBODY, 119);
        assertThat(limiter.look(EVENTS, SOMEBODY)).isEqualTo(new RateLimiter.Verdict(true, EVENTS, 120, 1, 0));
        limiter.take(EVENTS, SOMEBODY, 1);
        RateLimiter.Verdict verdict = limiter.look(EVENTS, SOMEBODY);

        assertThat(verdict).isEqualTo(limiter.take(EVENTS, SOMEBODY, 1));
        assertThat(verdict.passed()).isFalse();
        time.pass(Duration.ofSeconds(verdict.retryAfterSeconds()));
        assertThat(limiter.look(EVENTS, SOMEBODY).passed()).isTrue();
    }

    @Test
    void clients_and_kinds_are_counted_apart() {
        limiter.take(EVENTS, SOMEBODY, 120);

        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("203.0.113.2"), 120)
                        .passed())
                .isTrue();
        assertThat(limiter.take(Endpoint.Limit.DOCUMENTS, SOMEBODY, 60).passed())
                .isTrue();
        assertThat(limiter.take(Endpoint.Limit.DOCUMENTS, SOMEBODY, 1).passed()).isFalse();
    }

    @Test
    void an_ipv6_client_is_its_slash_64_and_an_ipv4_client_its_address() {
        limiter.take(EVENTS, InetAddress.ofLiteral("2001:db8:0:1::1"), 120);

        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("2001:db8:0:1:ffff:ffff:ffff:ffff"), 1)
                        .passed())
                .isFalse();
        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("2001:db8:0:2::1"), 1)
                        .passed())
                .isTrue();
        // ::ffff:203.0.113.1 is how IPv4 is written in IPv6.
        limiter.take(EVENTS, SOMEBODY, 120);
        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("::ffff:203.0.113.1"), 1)
                        .passed())
                .isFalse();
        // The first bytes of an IPv6 network that read like an IPv4 address are another client.
        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("0:0:cb00:7101::1"), 1)
                        .passed())
                .isTrue();
    }

    @Test
    void however_many_clients_come_memory_is_bounded() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            limiter.take(EVENTS, client(i), 1);
        }
        assertThat(limiter.size()).isLessThanOrEqualTo(RateLimiter.MOST_CLIENTS).isGreaterThan(9_000);
        for (int i = 0; i < 100_000; i++) {
            limiter.take(EVENTS, client(i), 1);
        }
        assertThat(limiter.size()).isLessThanOrEqualTo(RateLimiter.MOST_CLIENTS);
    }

    @Test
    void a_busy_client_is_remembered_through_a_flood_of_others() throws Exception {
        limiter.take(EVENTS, SOMEBODY, 120);
        for (int i = 0; i < 100_000; i++) {
            limiter.take(EVENTS, client(i), 1);
            if (i % 10 == 0) {
                assertThat(limiter.take(EVENTS, SOMEBODY, 1).passed()).isFalse();
            }
        }
    }

    private static InetAddress client(int number) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }
}
