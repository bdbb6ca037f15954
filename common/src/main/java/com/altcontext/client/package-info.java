/** Clients: the network that a request comes from, and the limits of what one client may request. */
@NullMarked
package com.altcontext.client;

import org.jspecify.annotations.NullMarked;
