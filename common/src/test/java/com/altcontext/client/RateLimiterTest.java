package com.altcontext.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final Limit EVENTS = Limit.EVENTS;
    private static final InetAddress CLIENT = InetAddress.ofLiteral("203.0.113.1");

    /** A clock that advances only when a test says so. */
    private static final class ManualTime implements LongSupplier {
        // Overflows soon, as System.nanoTime() may at any moment.
        private long nanos = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

        void pass(Duration time) {
            nanos += time.toNanos();
        }

        @Override
        public long getAsLong() {
            return nanos;
        }
    }

    private final ManualTime time = new ManualTime();
    private final RateLimiter limiter =
            new RateLimiter(Map.of(EVENTS, 120, Limit.DOCUMENTS, 60, Limit.ADMIN_FAILURES, 10), time, null);

    @Test
    void the_configured_number_of_requests_passes_in_a_minute_and_no_more() {
        for (int i = 0; i < 120; i++) {
            assertThat(limiter.take(EVENTS, CLIENT, 1).isAllowed()).isTrue();
        }
        RateLimiter.LimitState decision = limiter.take(EVENTS, CLIENT, 1);

        assertThat(decision.isAllowed()).isFalse();
        assertThat(decision.perMinute()).isEqualTo(120);
        assertThat(decision.remaining()).isZero();
        assertThat(decision.retryAfterSeconds()).isEqualTo(1);
    }

    @Test
    void the_allowance_refills_steadily() {
        limiter.take(EVENTS, CLIENT, 120);
        time.pass(Duration.ofMillis(499));
        assertThat(limiter.take(EVENTS, CLIENT, 1).isAllowed()).isFalse();
        time.pass(Duration.ofMillis(1));
        assertThat(limiter.take(EVENTS, CLIENT, 1).isAllowed()).isTrue();
        time.pass(Duration.ofMinutes(10));
        assertThat(limiter.take(EVENTS, CLIENT, 120).isAllowed()).isTrue();
        assertThat(limiter.take(EVENTS, CLIENT, 1).isAllowed()).isFalse();
    }

    @Test
    void a_client_that_waits_for_the_announced_time_passes() {
        for (int count : new int[] {1, 7, 60, 120}) {
            InetAddress client = InetAddress.ofLiteral("198.51.100." + count);
            limiter.take(EVENTS, client, 120);
            RateLimiter.LimitState decision = limiter.take(EVENTS, client, count);
            assertThat(decision.isAllowed()).isFalse();
            time.pass(Duration.ofSeconds(decision.retryAfterSeconds()));
            assertThat(limiter.take(EVENTS, client, count).isAllowed()).isTrue();
        }
    }

    @Test
    void a_batch_passes_as_a_whole_or_not_at_all() {
        assertThat(limiter.take(EVENTS, CLIENT, 100).isAllowed()).isTrue();
        assertThat(limiter.take(EVENTS, CLIENT, 100).isAllowed()).isFalse();
        assertThat(limiter.take(EVENTS, CLIENT, 20).isAllowed()).isTrue();
    }

    @Test
    void a_batch_larger_than_the_allowance_never_passes_and_the_wait_is_at_most_a_minute() {
        RateLimiter.LimitState decision = limiter.take(EVENTS, CLIENT, 121);

        assertThat(decision.isAllowed()).isFalse();
        assertThat(decision.retryAfterSeconds()).isBetween(1L, 60L);
    }

    @Test
    void peeking_takes_nothing() {
        for (int i = 0; i < 200; i++) {
            assertThat(limiter.peek(EVENTS, CLIENT)).isEqualTo(new RateLimiter.LimitState(true, EVENTS, 120, 120, 0));
        }
        assertThat(limiter.take(EVENTS, CLIENT, 120).isAllowed()).isTrue();
    }

    @Test
    void peeking_gives_the_decision_that_taking_would_give() {
        limiter.take(EVENTS, CLIENT, 119);
        assertThat(limiter.peek(EVENTS, CLIENT)).isEqualTo(new RateLimiter.LimitState(true, EVENTS, 120, 1, 0));
        limiter.take(EVENTS, CLIENT, 1);
        RateLimiter.LimitState decision = limiter.peek(EVENTS, CLIENT);

        assertThat(decision).isEqualTo(limiter.take(EVENTS, CLIENT, 1));
        assertThat(decision.isAllowed()).isFalse();
        time.pass(Duration.ofSeconds(decision.retryAfterSeconds()));
        assertThat(limiter.peek(EVENTS, CLIENT).isAllowed()).isTrue();
    }

    @Test
    void clients_and_limits_are_counted_separately() {
        limiter.take(EVENTS, CLIENT, 120);

        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("203.0.113.2"), 120)
                        .isAllowed())
                .isTrue();
        assertThat(limiter.take(Limit.DOCUMENTS, CLIENT, 60).isAllowed()).isTrue();
        assertThat(limiter.take(Limit.DOCUMENTS, CLIENT, 1).isAllowed()).isFalse();
    }

    @Test
    void an_ipv6_client_is_counted_by_its_slash_64_and_an_ipv4_client_by_its_address() {
        limiter.take(EVENTS, InetAddress.ofLiteral("2001:db8:0:1::1"), 120);

        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("2001:db8:0:1:ffff:ffff:ffff:ffff"), 1)
                        .isAllowed())
                .isFalse();
        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("2001:db8:0:2::1"), 1)
                        .isAllowed())
                .isTrue();
        // ::ffff:203.0.113.1 is how IPv4 is written in IPv6.
        limiter.take(EVENTS, CLIENT, 120);
        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("::ffff:203.0.113.1"), 1)
                        .isAllowed())
                .isFalse();
        // An IPv6 network whose first bytes look like an IPv4 address is another client.
        assertThat(limiter.take(EVENTS, InetAddress.ofLiteral("0:0:cb00:7101::1"), 1)
                        .isAllowed())
                .isTrue();
    }

    @Test
    void a_client_is_forgotten_after_a_minute_without_requests() {
        limiter.take(EVENTS, CLIENT, 120);
        assertThat(limiter.size()).isEqualTo(1);
        time.pass(Duration.ofMinutes(1));

        assertThat(limiter.size()).isZero();
        assertThat(limiter.take(EVENTS, CLIENT, 120).isAllowed()).isTrue();
    }

    @Test
    void a_flood_of_clients_gives_nobody_a_new_allowance() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(limiter.take(EVENTS, client(i), 120).isAllowed()).isTrue();
            assertThat(limiter.take(Limit.ADMIN_FAILURES, client(i), 10).isAllowed())
                    .isTrue();
        }
        for (int i = 100; i < 200_000; i++) {
            limiter.take(EVENTS, client(i), 120);
        }

        for (int i = 0; i < 100; i++) {
            assertThat(limiter.take(EVENTS, client(i), 1).isAllowed()).isFalse();
            assertThat(limiter.take(Limit.ADMIN_FAILURES, client(i), 1).isAllowed())
                    .isFalse();
        }
        assertThat(limiter.size()).isLessThan(2 * ClientBuckets.MAX_CLIENTS);
    }

    @Test
    void a_flood_of_requests_uses_up_nobodys_attempts_at_a_key() throws Exception {
        for (int i = 0; i < 200_000; i++) {
            limiter.take(EVENTS, client(i), 120);
        }
        for (int i = 0; i < 2_000; i++) {
            assertThat(limiter.take(Limit.ADMIN_FAILURES, client(i), 1).remaining())
                    .isEqualTo(9);
        }
    }

    @Test
    void a_flood_from_one_network_uses_up_the_allowance_of_new_clients_of_that_network() throws Exception {
        int passed = 0;
        for (int i = 0; i < 0x10000; i++) {
            InetAddress flooder = InetAddress.ofLiteral("2001:db8:7:" + Integer.toHexString(i) + "::1");
            passed += limiter.take(EVENTS, flooder, 120).isAllowed() ? 1 : 0;
        }
        assertThat(passed).isLessThanOrEqualTo(ClientBuckets.MAX_CLIENTS + 1);
        int served = 0;
        for (int i = 0; i < 1_000; i++) {
            InetAddress bystander = InetAddress.ofLiteral("198.51." + i / 250 + '.' + i % 250);
            served += limiter.take(EVENTS, bystander, 1).isAllowed() ? 1 : 0;
        }
        // These clients are in four networks, one of which may share its counters with the flood.
        assertThat(served).isGreaterThanOrEqualTo(4 * 120 - 120);
    }

    @Test
    void a_client_that_gets_a_bucket_of_its_own_gains_no_allowance() throws Exception {
        for (int i = 0; i < 200_000; i++) {
            limiter.take(EVENTS, client(i), 100);
        }
        time.pass(Duration.ofSeconds(40));
        List<InetAddress> served = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            InetAddress newcomer = InetAddress.ofLiteral("198.51." + i + ".1");
            if (limiter.take(EVENTS, newcomer, 120).isAllowed()) {
                served.add(newcomer);
            }
        }
        // The flood's buckets are full again, so all their places are free.
        time.pass(Duration.ofSeconds(11));

        assertThat(served).hasSizeGreaterThan(50);
        assertThat(served)
                .noneMatch(newcomer -> limiter.take(EVENTS, newcomer, 120).isAllowed());
    }

    private static InetAddress client(int number) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    @Test
    void requests_on_other_machines_count_here_and_an_outdated_answer_gives_nothing_back() {
        List<Integer> reported = new ArrayList<>();
        AtomicLong left = new AtomicLong(100);
        RateLimiter shared = new RateLimiter(Map.of(EVENTS, 120), time, new RateLimiter.Shared() {
            @Override
            public void spend(String bucket, int count, int perMinute, LongConsumer answer) {
                reported.add(count);
                answer.accept(left.get());
            }

            @Override
            public void close() {}
        });

        assertThat(shared.take(EVENTS, CLIENT, 1).isAllowed()).isTrue();
        assertThat(shared.peek(EVENTS, CLIENT).remaining()).isEqualTo(100);
        left.set(119);
        assertThat(shared.take(EVENTS, CLIENT, 2).isAllowed()).isTrue();
        assertThat(shared.peek(EVENTS, CLIENT).remaining()).isEqualTo(98);
        left.set(-30);
        assertThat(shared.take(EVENTS, CLIENT, 3).isAllowed()).isTrue();
        assertThat(shared.take(EVENTS, CLIENT, 4))
                .as("34 are missing, and two are refilled each second")
                .isEqualTo(new RateLimiter.LimitState(false, EVENTS, 120, 0, 18));
        assertThat(reported).as("refused requests are not spent").containsExactly(1, 2, 3);
    }
}
