/** Webhooks and mails on their way: {@code altops webhook} and {@code altops mail}. */
@NullMarked
package com.altcontext.ops.delivery;

import org.jspecify.annotations.NullMarked;
