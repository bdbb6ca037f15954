/** Imports the daily figures of other systems. */
@NullMarked
package com.altcontext.ops.history;

import org.jspecify.annotations.NullMarked;
