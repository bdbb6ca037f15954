/** Invented visits and leads, for trying out the dashboard. */
@NullMarked
package com.altcontext.ops.demo;

import org.jspecify.annotations.NullMarked;
