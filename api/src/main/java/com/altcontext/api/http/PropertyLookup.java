package com.altcontext.api.http;

import com.altcontext.ingest.Unavailable;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import org.jspecify.annotations.Nullable;

/** Finds the property that a request names. */
public final class PropertyLookup {
    private PropertyLookup() {}

    /**
     * The property of that slug, or null if there is none.
     *
     * @throws Unavailable if the properties were never read, because the database was never there
     */
    public static @Nullable Property find(Properties properties, String slug) {
        Property property = properties.bySlug(slug);
        if (property == null && !properties.isRead()) {
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
        return property;
    }
}
