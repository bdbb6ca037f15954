/** The HTTP face: what holds for every request, thin resources, and the wiring of the domain. */
@NullMarked
package com.altcontext.api;

import org.jspecify.annotations.NullMarked;
