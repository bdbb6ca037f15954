/** The HTTP interface: what all requests have in common, thin resources, and the wiring of the domain. */
@NullMarked
package com.altcontext.api;

import org.jspecify.annotations.NullMarked;
