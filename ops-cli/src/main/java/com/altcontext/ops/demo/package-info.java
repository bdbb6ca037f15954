/** Invented visits and leads, for trying out the dashboard: {@code altops demo}. */
@NullMarked
package com.altcontext.ops.demo;

import org.jspecify.annotations.NullMarked;
