/** The outbox: webhook messages and mails that wait to be sent. */
@NullMarked
package com.altcontext.delivery;

import org.jspecify.annotations.NullMarked;
