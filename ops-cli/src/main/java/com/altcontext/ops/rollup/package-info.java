/** The daily figures: {@code altops rollup}. */
@NullMarked
package com.altcontext.ops.rollup;

import org.jspecify.annotations.NullMarked;
