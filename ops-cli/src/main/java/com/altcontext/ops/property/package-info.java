/** The sites whose traffic is counted separately: {@code altops property}. */
@NullMarked
package com.altcontext.ops.property;

import org.jspecify.annotations.NullMarked;
