/** Figures, for the operator. */
@NullMarked
package com.altcontext.api.metrics;

import org.jspecify.annotations.NullMarked;
