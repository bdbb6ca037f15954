/** The endpoints for figures, for operators. */
@NullMarked
package com.altcontext.api.metrics;

import org.jspecify.annotations.NullMarked;
