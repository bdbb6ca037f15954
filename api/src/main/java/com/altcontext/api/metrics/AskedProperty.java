package com.altcontext.api.metrics;

import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.PropertyZones;
import org.jspecify.annotations.Nullable;

/**
 * What a question is about.
 *
 * @param slug null for all properties together
 * @param isShare whether the caller came by a share link
 */
record AskedProperty(@Nullable String slug, PropertyZones zones, boolean isShare) {
    /**
     * The fewest visitors of a value that a list shows. With a filter, and then another, a value of one visitor would show what one
     * person did, and a share link may be with anyone.
     */
    long minVisitors(Filter filter) {
        return isShare && !filter.isEmpty() ? 3 : 0;
    }
}
