/** Rollups: the figures of a day, how they are computed and stored, and which days need it. */
@NullMarked
package com.altcontext.metrics.rollup;

import org.jspecify.annotations.NullMarked;
