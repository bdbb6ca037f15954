package com.altcontext.lead;

import java.util.Locale;

/** What a lead has allowed the operator to send (CASL, S.C. 2010, c. 23, s. 10). */
public enum ConsentStatus {
    /** The person left an address without consenting to messages. */
    PENDING,
    /** Consent that follows from a relationship, such as an inquiry (s. 10(9), (10)). It expires. */
    IMPLIED,
    /** The person agreed (s. 10(1)). It holds until it is withdrawn. */
    EXPRESS,
    /** Nothing may be sent (s. 11). */
    WITHDRAWN;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The value in the database and in JSON. */
    public String key() {
        return key;
    }

    /** @throws IllegalArgumentException if no status has this key */
    public static ConsentStatus ofKey(String key) {
        for (ConsentStatus status : values()) {
            if (status.key.equals(key)) {
                return status;
            }
        }
        throw new IllegalArgumentException("no consent status has this key");
    }
}
