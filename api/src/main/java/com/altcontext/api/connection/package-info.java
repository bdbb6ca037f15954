/** Connections: how many there may be, and the memory and time that each may use before there is a request. */
@NullMarked
package com.altcontext.api.connection;

import org.jspecify.annotations.NullMarked;
