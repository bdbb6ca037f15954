/** Compares rollups with plain statements over raw rows. */
@NullMarked
package com.altcontext.metrics.check;

import org.jspecify.annotations.NullMarked;
