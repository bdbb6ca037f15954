/** Goals: what a property counts as success, and when an event reaches one. */
@NullMarked
package com.altcontext.metrics.goal;

import org.jspecify.annotations.NullMarked;
