package com.altcontext.api.metrics;

import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.PropertyZones;
import org.jspecify.annotations.Nullable;

/**
 * The property that a question is about.
 *
 * @param slug null for all properties together
 * @param isShare whether the caller came by a share link
 */
record AskedProperty(@Nullable String slug, PropertyZones zones, boolean isShare) {
    /**
     * The minimum number of visitors of a value that a share link's lists show. With one filter after another, a value
     * with a single visitor would reveal what one person did, and anyone may have a share link. So would a list by two
     * dimensions, which is one list for each value of the first.
     */
    long minVisitors(Filter filter, long dimensions) {
        return isShare && (!filter.isEmpty() || dimensions > 1) ? 3 : 0;
    }
}
