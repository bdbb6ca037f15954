/** Imports what the earlier system stored, by the rules of this one. */
@NullMarked
package com.altcontext.ops.original;

import org.jspecify.annotations.NullMarked;
