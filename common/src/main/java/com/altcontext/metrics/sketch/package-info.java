/** Sketches: counts of distinct visitors and quantiles that can be merged over days. */
@NullMarked
package com.altcontext.metrics.sketch;

import org.jspecify.annotations.NullMarked;
