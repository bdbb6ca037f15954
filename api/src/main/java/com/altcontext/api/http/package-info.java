/** What holds for every route: who may call, limits, bodies, headers, errors. */
@NullMarked
package com.altcontext.api.http;

import org.jspecify.annotations.NullMarked;
