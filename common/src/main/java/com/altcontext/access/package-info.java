/** Access: what a key may be good for, and the operator's sessions. */
@NullMarked
package com.altcontext.access;

import org.jspecify.annotations.NullMarked;
