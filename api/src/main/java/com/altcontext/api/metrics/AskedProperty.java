package com.altcontext.api.metrics;

import com.altcontext.metrics.query.PropertyZones;
import org.jspecify.annotations.Nullable;

/**
 * What a question is about.
 *
 * @param slug null for all properties together
 */
record AskedProperty(@Nullable String slug, PropertyZones zones) {}
