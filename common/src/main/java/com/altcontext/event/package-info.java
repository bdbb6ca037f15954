/** Events: what visitors did, what identifies an event, and how events are stored. */
@NullMarked
package com.altcontext.event;

import org.jspecify.annotations.NullMarked;
