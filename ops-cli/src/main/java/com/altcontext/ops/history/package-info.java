/** Takes over what other systems counted, as sums of days. */
@NullMarked
package com.altcontext.ops.history;

import org.jspecify.annotations.NullMarked;
