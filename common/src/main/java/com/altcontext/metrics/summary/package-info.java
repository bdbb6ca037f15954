/** Summaries and breakdowns of any window, answered from rollups. */
@NullMarked
package com.altcontext.metrics.summary;

import org.jspecify.annotations.NullMarked;
