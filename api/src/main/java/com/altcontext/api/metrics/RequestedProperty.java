package com.altcontext.api.metrics;

import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.PropertyZones;
import org.jspecify.annotations.Nullable;

/**
 * The property of a request.
 *
 * @param slug null for all properties together
 * @param isShare whether the caller uses a share link
 */
record RequestedProperty(@Nullable String slug, PropertyZones zones, boolean isShare) {
    /**
     * The minimum number of visitors of a value for lists behind a share link, which anyone may have. With changing
     * filters, values with a single visitor would reveal what one person did. A list by two dimensions would do so too,
     * since it has one list for each value of the first dimension.
     */
    long minVisitors(Filter filter, long dimensions) {
        return isShare && (!filter.isEmpty() || dimensions > 1) ? 3 : 0;
    }
}
