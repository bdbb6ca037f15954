/**
 * Small values and checks that all other packages use: text within limits, issues, computed ids, keyed hashes, a
 * limited log.
 */
@NullMarked
package com.altcontext.value;

import org.jspecify.annotations.NullMarked;
