/** Access: keys, what they are good for, and the sessions of the dashboard. */
@NullMarked
package com.altcontext.access;

import org.jspecify.annotations.NullMarked;
