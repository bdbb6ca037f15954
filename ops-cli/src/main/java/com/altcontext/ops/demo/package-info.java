/** Invented visits and leads, by which the dashboard can be judged. */
@NullMarked
package com.altcontext.ops.demo;

import org.jspecify.annotations.NullMarked;
