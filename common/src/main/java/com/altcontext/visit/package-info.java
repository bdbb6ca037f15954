/** Visitors and their sessions: who came, and which run of events belongs together. */
@NullMarked
package com.altcontext.visit;

import org.jspecify.annotations.NullMarked;
