/** Access keys, and the links that share figures: {@code altops key}. */
@NullMarked
package com.altcontext.ops.access;

import org.jspecify.annotations.NullMarked;
