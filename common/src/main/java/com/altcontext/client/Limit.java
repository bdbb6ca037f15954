package com.altcontext.client;

import java.util.Locale;

/** A kind of request that is limited per client and minute. */
public enum Limit {
    EVENTS(true),
    LEADS(true),
    /** Bytes of the bodies of events and forms, most of which are stored. */
    BYTES,
    UNSUBSCRIBE,
    LEAD_DELETE,
    LEAD_EXPORT,
    METRICS,
    /** Requests of the dashboard, which sends about seven each time it is opened, and as many again below. */
    DASHBOARD,
    DOCUMENTS,
    /** Scripts and pages. Many people may share an address, and each page that they open requests them again. */
    SCRIPTS,
    /** Wrong keys. */
    ADMIN_FAILURES;

    private final boolean countsBytes;
    private final String policy = name().toLowerCase(Locale.ROOT);

    Limit() {
        this(false);
    }

    Limit(boolean countsBytes) {
        this.countsBytes = countsBytes;
    }

    /** Whether the body of such a request counts against {@link #BYTES} too. */
    public boolean countsBytes() {
        return countsBytes;
    }

    /** The limit's name, which is also in the {@code RateLimit} headers. */
    public String policy() {
        return policy;
    }
}
