/** What other systems counted and stored: {@code altops import}. */
@NullMarked
package com.altcontext.ops.imports;

import org.jspecify.annotations.NullMarked;
