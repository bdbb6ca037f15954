package com.altcontext.visit;

import com.altcontext.value.ComputedId;
import com.altcontext.value.Text;
import java.util.UUID;

/** What a browser calls itself on one property: 8 to 128 characters that it made and keeps. */
public record AnonId(String value) {
    public AnonId {
        value = Text.trimmed("anonId", value, 8, 128);
    }

    /** The visitor's id: computed from the property and this. */
    public UUID visitorOf(String propertyId) {
        return ComputedId.of("visitor").with(propertyId).with(value).toUuid();
    }
}
