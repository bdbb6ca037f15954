/** Mails on their way out of the service. */
@NullMarked
package com.altcontext.api.delivery;

import org.jspecify.annotations.NullMarked;
