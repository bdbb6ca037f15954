/** The goals of properties: {@code altops goal}. */
@NullMarked
package com.altcontext.ops.goal;

import org.jspecify.annotations.NullMarked;
