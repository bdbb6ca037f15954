/** The command tree of {@code altops}, with its help and the form of its failures. Each group of commands has a package of its own. */
@NullMarked
package com.altcontext.ops;

import org.jspecify.annotations.NullMarked;
