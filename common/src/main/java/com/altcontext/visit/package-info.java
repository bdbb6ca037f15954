/** Visitors and their sessions: who came, and which events form one visit. */
@NullMarked
package com.altcontext.visit;

import org.jspecify.annotations.NullMarked;
