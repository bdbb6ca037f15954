/** Deletes what has been held for long enough: expired events, idle visitors, leads that never confirmed. */
@NullMarked
package com.altcontext.retention;

import org.jspecify.annotations.NullMarked;
