/** The commands of {@code altops}, one class each, and what they share. */
@NullMarked
package com.altcontext.ops;

import org.jspecify.annotations.NullMarked;
