/** The HTTP face: what stands at the door of every request, thin resources, and the wiring of the domain. */
@NullMarked
package com.altcontext.api;

import org.jspecify.annotations.NullMarked;
