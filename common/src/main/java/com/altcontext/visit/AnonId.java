package com.altcontext.visit;

import com.altcontext.value.ComputedId;
import com.altcontext.value.Text;
import java.util.UUID;

/** The id that a browser made for itself on one property and keeps: 8 to 128 characters. */
public record AnonId(String value) {
    public AnonId {
        value = Text.trimmed("anonId", value, 8, 128);
    }

    /** The id of the visitor on a property: computed from the property and this value. */
    public UUID visitorOf(String propertyId) {
        return ComputedId.of("visitor").with(propertyId).with(value).toUuid();
    }
}
