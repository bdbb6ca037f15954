/** Access: keys, what they permit, and the sessions of the dashboard. */
@NullMarked
package com.altcontext.access;

import org.jspecify.annotations.NullMarked;
