/** Visitors and their sessions, and the rule that decides which events form one session. */
@NullMarked
package com.altcontext.visit;

import org.jspecify.annotations.NullMarked;
