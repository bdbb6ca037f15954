package com.altcontext.api;

import com.altcontext.lead.Email;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How many distinct addresses one client may submit in an hour: people have one or two, list fillers have thousands. The
 * same address again costs nothing. Whether an address is known here plays no part.
 */
final class DistinctEmails {
    static final Duration PERIOD = Duration.ofHours(1);

    /** Each client remembers a few numbers: about 3 MB when full. */
    private static final int MOST_CLIENTS = 10_000;

    /** A limit beyond this is none: what is not looked at need not be remembered. */
    private static final int NO_LIMIT = 1_000;

    private final int mostAnHour;
    private final Ticker clock;
    private final Cache<ClientNetwork, Map<Integer, Long>> submitted;

    DistinctEmails(int mostAnHour, Ticker clock) {
        this.mostAnHour = mostAnHour;
        this.clock = clock;
        this.submitted = Caffeine.newBuilder()
                .maximumSize(MOST_CLIENTS)
                .expireAfterAccess(PERIOD)
                .ticker(clock)
                .build();
    }

    int mostAnHour() {
        return mostAnHour;
    }

    /** Notes the address, or says in how many seconds another one may be submitted. */
    OptionalLong note(ClientNetwork client, Email email) {
        if (mostAnHour > NO_LIMIT) {
            return OptionalLong.empty();
        }
        Map<Integer, Long> known = submitted.get(client, unknown -> new HashMap<>(4));
        long now = clock.read();
        synchronized (known) {
            known.values().removeIf(at -> now - at >= PERIOD.toNanos());
            // A hash of 32 bits suffices: two of a client's few addresses hardly ever share one.
            Integer address = email.value().hashCode();
            if (known.size() >= mostAnHour && !known.containsKey(address)) {
                long oldest = known.values().stream().mapToLong(at -> at).min().orElse(now);
                return OptionalLong.of(
                        Duration.ofNanos(PERIOD.toNanos() - (now - oldest)).toSeconds() + 1);
            }
            known.putIfAbsent(address, now);
            return OptionalLong.empty();
        }
    }
}
