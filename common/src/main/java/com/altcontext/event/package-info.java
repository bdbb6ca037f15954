/** Events: what a visitor did at one time, its identity, and its way into the database. */
@NullMarked
package com.altcontext.event;

import org.jspecify.annotations.NullMarked;
