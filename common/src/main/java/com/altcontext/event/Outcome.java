package com.altcontext.event;

import com.altcontext.attribution.DeviceType;
import java.util.Locale;

/** The outcome of an event that was not refused. */
public sealed interface Outcome {
    /**
     * The event was new and is now stored.
     *
     * @param device bots are stored, and counted apart
     */
    record Stored(Receipt receipt, DeviceType device) implements Outcome {}

    /** The event was stored before; the receipt is the one of the first time. */
    record Duplicate(Receipt receipt) implements Outcome {}

    /** Only a count is stored, and the sender does not learn why. */
    record Dropped(DropReason reason) implements Outcome {}

    /**
     * The database refuses this one event, for a reason that validation did not foresee.
     *
     * @param sqlState its SQLSTATE
     */
    record Unstorable(String sqlState) implements Outcome {}

    /** Why an event is dropped. */
    enum DropReason {
        /** A field that people do not see was filled in. */
        HONEYPOT,
        /** {@code Sec-GPC} or {@code DNT}, where the operator chose to respect them. */
        PRIVACY_SIGNAL,
        /** An engagement of a visitor who has no session in the last day. */
        ENGAGEMENT_WITHOUT_SESSION,
        /** The client is in a network that the property excludes. */
        EXCLUDED_NETWORK,
        /** The path is one that the property excludes. */
        EXCLUDED_PATH,
        /** The property counts only pages on its own hosts, and this page is on another host or on none. */
        FOREIGN_HOST;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The name under which it is counted. */
        public String word() {
            return word;
        }
    }
}
