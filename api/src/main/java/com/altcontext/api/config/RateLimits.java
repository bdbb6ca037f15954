package com.altcontext.api.config;

import com.altcontext.client.Limit;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** How much one client may send in a minute. The minimums let the largest batch and the largest body pass. */
public interface RateLimits {
    int MAX_COUNT = 1_000_000_000;

    @Variable(value = "RATE_LIMIT_EVENTS", rule = Rule.WHOLE_NUMBER, min = 100, max = MAX_COUNT)
    @WithDefault("120")
    int events();

    @Variable(value = "RATE_LIMIT_LEADS", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("24")
    int leads();

    /** Bytes of the bodies of events and forms. */
    @Variable(value = "RATE_LIMIT_BYTES", rule = Rule.WHOLE_NUMBER, min = 65_536, max = 2_000_000_000)
    @WithDefault("1000000")
    int bytes();

    @Variable(value = "RATE_LIMIT_UNSUBSCRIBE", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("12")
    int unsubscribe();

    @Variable(value = "RATE_LIMIT_LEAD_DELETE", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("10")
    int leadDelete();

    @Variable(value = "RATE_LIMIT_LEAD_EXPORT", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("10")
    int leadExport();

    @Variable(value = "RATE_LIMIT_METRICS", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("60")
    int metrics();

    @Variable(value = "RATE_LIMIT_DASHBOARD", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("600")
    int dashboard();

    @Variable(value = "RATE_LIMIT_DOCUMENTS", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("60")
    int documents();

    @Variable(value = "RATE_LIMIT_SCRIPTS", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("600")
    int scripts();

    /** How many distinct addresses one client may submit in an hour. */
    @Variable(value = "RATE_LIMIT_LEAD_EMAILS", rule = Rule.WHOLE_NUMBER, min = 1, max = MAX_COUNT)
    @WithDefault("5")
    int leadEmails();

    /** The Redis through which machines share how much clients have used; without it, each machine limits by itself. */
    @Variable(value = "RATE_LIMIT_REDIS_URL", rule = Rule.REDIS_URL, secret = true)
    Optional<URI> redisUrl();

    /** The limits per minute. The limit of wrong keys cannot be configured. */
    default Map<Limit, Integer> perMinute() {
        return Map.ofEntries(
                Map.entry(Limit.EVENTS, events()),
                Map.entry(Limit.LEADS, leads()),
                Map.entry(Limit.BYTES, bytes()),
                Map.entry(Limit.UNSUBSCRIBE, unsubscribe()),
                Map.entry(Limit.LEAD_DELETE, leadDelete()),
                Map.entry(Limit.LEAD_EXPORT, leadExport()),
                Map.entry(Limit.METRICS, metrics()),
                Map.entry(Limit.DASHBOARD, dashboard()),
                Map.entry(Limit.DOCUMENTS, documents()),
                Map.entry(Limit.SCRIPTS, scripts()),
                Map.entry(Limit.ADMIN_FAILURES, 10));
    }
}
