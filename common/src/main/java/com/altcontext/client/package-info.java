/** Clients: from which network a request comes, and how much one of them may ask for. */
@NullMarked
package com.altcontext.client;

import org.jspecify.annotations.NullMarked;
