/** The outbox: messages to other systems on their way. */
@NullMarked
package com.altcontext.delivery;

import org.jspecify.annotations.NullMarked;
