/** The checks of a live service: {@code altops smoke}. */
@NullMarked
package com.altcontext.ops.smoke;

import org.jspecify.annotations.NullMarked;
