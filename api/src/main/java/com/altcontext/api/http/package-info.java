/** What all routes have in common: access, limits, bodies, headers, errors. */
@NullMarked
package com.altcontext.api.http;

import org.jspecify.annotations.NullMarked;
