/** The overview of the database: {@code altops status}. */
@NullMarked
package com.altcontext.ops.status;

import org.jspecify.annotations.NullMarked;
