/** Events: the two routes that take them in, and the script that sends them. */
@NullMarked
package com.altcontext.api.event;

import org.jspecify.annotations.NullMarked;
