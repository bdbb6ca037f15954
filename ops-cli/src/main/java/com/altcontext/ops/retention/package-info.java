/** The removal of data whose retention period is over: {@code altops retention}. */
@NullMarked
package com.altcontext.ops.retention;

import org.jspecify.annotations.NullMarked;
