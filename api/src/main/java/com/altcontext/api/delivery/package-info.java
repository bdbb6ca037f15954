/** Sending mails. */
@NullMarked
package com.altcontext.api.delivery;

import org.jspecify.annotations.NullMarked;
