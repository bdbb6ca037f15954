package com.altcontext.event;

import com.altcontext.attribution.DeviceType;
import java.util.Locale;

/** The outcome of an event that was not refused. */
public sealed interface Outcome {
    /**
     * The event was new and is now stored.
     *
     * @param device events of bots are stored too, but counted separately
     */
    record Stored(Receipt receipt, DeviceType device) implements Outcome {}

    /** The event was stored before; the receipt is the same as then. */
    record Duplicate(Receipt receipt) implements Outcome {}

    /** The event is not stored, only counted. The sender does not learn why. */
    record Dropped(DropReason reason) implements Outcome {}

    /**
     * The database refuses this event, for a reason that validation did not foresee.
     *
     * @param sqlState the SQLSTATE of the refusal
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

        private final String key = name().toLowerCase(Locale.ROOT);

        /** The name under which it is counted. */
        public String key() {
            return key;
        }
    }
}
