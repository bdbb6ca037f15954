/** Figures: the terms and answers that rollups and queries over raw rows share. */
@NullMarked
package com.altcontext.metrics;

import org.jspecify.annotations.NullMarked;
