package com.altcontext.delivery;

import java.util.Arrays;
import java.util.Optional;

/** The events that can be sent to a webhook. */
public enum WebhookEvent {
    /** A form with an address was stored. */
    LEAD_CAPTURED("lead.captured"),
    /** Consent was granted, confirmed or withdrawn, or it has expired. */
    CONSENT_CHANGED("consent.changed"),
    /** A lead was erased. The message holds only its ids, so that another list can erase it too. */
    LEAD_ERASED("lead.erased");

    /** The type of a message that an operator sends to test a webhook. */
    public static final String TEST = "webhook.test";

    private final String key;

    WebhookEvent(String key) {
        this.key = key;
    }

    /** The value of a message's field {@code type}. */
    public String key() {
        return key;
    }

    public static Optional<WebhookEvent> named(String key) {
        return Arrays.stream(values()).filter(event -> event.key.equals(key)).findFirst();
    }
}
