/** Numbers that are right: daily rollups with mergeable sketches, summaries and breakdowns over any window. */
@NullMarked
package com.altcontext.metrics;

import org.jspecify.annotations.NullMarked;
