package com.altcontext.api.http;

import com.altcontext.api.config.AppConfig;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/** What is counted together for one client and minute. */
@SuppressWarnings("ImmutableEnumChecker") // The functions are lambdas without a state.
public enum Limit {
    EVENTS(AppConfig.RateLimits::events, true),
    LEADS(AppConfig.RateLimits::leads, true),
    /** Bytes of the bodies of events and forms: most of what is sent there is stored. */
    BYTES(AppConfig.RateLimits::bytes),
    UNSUBSCRIBE(AppConfig.RateLimits::unsubscribe),
    LEAD_DELETE(AppConfig.RateLimits::leadDelete),
    LEAD_EXPORT(AppConfig.RateLimits::leadExport),
    METRICS(AppConfig.RateLimits::metrics),
    /** Requests of the dashboard: each look at it sends some ten at once. */
    DASHBOARD(AppConfig.RateLimits::dashboard),
    DOCUMENTS(AppConfig.RateLimits::documents),
    /** Scripts and pages: many people may share an address, and each page of each asks again. */
    SCRIPTS(AppConfig.RateLimits::scripts),
    /** Wrong keys. The operator cannot choose another number. */
    ADMIN_FAILURES(limits -> 10);

    private final ToIntFunction<AppConfig.RateLimits> configured;
    private final boolean countsBytes;

    Limit(ToIntFunction<AppConfig.RateLimits> configured) {
        this(configured, false);
    }

    Limit(ToIntFunction<AppConfig.RateLimits> configured, boolean countsBytes) {
        this.configured = configured;
        this.countsBytes = countsBytes;
    }

    /** How many a minute there may be of each. */
    public static Map<Limit, Integer> perMinute(AppConfig.RateLimits config) {
        Map<Limit, Integer> perMinute = new EnumMap<>(Limit.class);
        for (Limit limit : values()) {
            perMinute.put(limit, limit.configured.applyAsInt(config));
        }
        return perMinute;
    }

    /** Whether the body of such a request counts against {@link #BYTES} too. */
    boolean countsBytes() {
        return countsBytes;
    }

    /** Its name in the {@code RateLimit} headers. */
    String policy() {
        return name().toLowerCase(Locale.ROOT);
    }
}
