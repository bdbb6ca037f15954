package com.altcontext.api.metrics;

import com.altcontext.attribution.TrafficSources;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.query.LeadDimension;
import jakarta.inject.Singleton;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the well-known sites that referrers belong to, so that lists can show {@code www.google.com} and
 * {@code google.ca} as one site.
 */
@Singleton
final class ReferrerSites {
    private static final Set<String> DIMENSIONS =
            Set.of(Dimension.REFERRER_HOST.key(), LeadDimension.REFERRER_HOST.key());

    private final TrafficSources sources;

    ReferrerSites(TrafficSources sources) {
        this.sources = sources;
    }

    /**
     * The site of a value; null if it is not a well-known site, or if the values of the dimension are not hosts of
     * referrers.
     */
    @Nullable
    String of(String dimension, @Nullable String value) {
        return value == null || !DIMENSIONS.contains(dimension) ? null : sources.siteOf(value);
    }
}
