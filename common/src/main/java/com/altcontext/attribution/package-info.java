/** Where a visit came from, on what device, and from which country: pure functions over data files. */
@NullMarked
package com.altcontext.attribution;

import org.jspecify.annotations.NullMarked;
