/** The small values and checks that every other package builds on: text within bounds, issues, computed ids, keyed hashes, a limited log. */
@NullMarked
package com.altcontext.value;

import org.jspecify.annotations.NullMarked;
