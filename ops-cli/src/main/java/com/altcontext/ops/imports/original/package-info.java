/** What the earlier system stored, imported by the rules of this one: {@code altops import original}. */
@NullMarked
package com.altcontext.ops.imports.original;

import org.jspecify.annotations.NullMarked;
