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
     * person did, and a share link may be with anyone. So would a list by two dimensions, which is one list for each value of the
     * first.
     */
    long minVisitors(Filter filter, long dimensions) {
        return isShare && (!filter.isEmpty() || dimensions > 1) ? 3 : 0;
    }
}
