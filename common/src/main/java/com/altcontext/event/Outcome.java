package com.altcontext.event;

import com.altcontext.attribution.DeviceType;
import java.util.Locale;

/** The outcome of an event that was not refused. */
public sealed interface Outcome {
    /**
     * It was new, and is stored.
     *
     * @param device bots are stored, and counted apart
     */
    record Stored(Receipt receipt, DeviceType device) implements Outcome {}

    /** It was stored before; the receipt is that of the first time. */
    record Duplicate(Receipt receipt) implements Outcome {}

    /** Nothing is stored but a count, and the sender does not learn why. */
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
        /** It reports how long a page was looked at, of a visitor who was not there within the last day. */
        ENGAGEMENT_WITHOUT_SESSION,
        /** The client is in a network that the property excludes. */
        EXCLUDED_NETWORK,
        /** The path is one that the property excludes. */
        EXCLUDED_PATH,
        /** The property counts pages of its own hosts only, and this one is of another, or of none. */
        FOREIGN_HOST;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word that it is counted under. */
        public String word() {
            return word;
        }
    }
}
