/** Figures: daily rollups with mergeable sketches, and summaries and breakdowns of any window. */
@NullMarked
package com.altcontext.metrics;

import org.jspecify.annotations.NullMarked;
