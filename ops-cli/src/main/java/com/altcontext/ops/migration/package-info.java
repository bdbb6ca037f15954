/** The migrations of the schema: {@code altops migrate}. */
@NullMarked
package com.altcontext.ops.migration;

import org.jspecify.annotations.NullMarked;
