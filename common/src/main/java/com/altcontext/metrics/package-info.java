/** The figures: daily rollups with mergeable sketches, and summaries and breakdowns over any window. */
@NullMarked
package com.altcontext.metrics;

import org.jspecify.annotations.NullMarked;
