/** People who left an e-mail address: {@code altops lead}. */
@NullMarked
package com.altcontext.ops.lead;

import org.jspecify.annotations.NullMarked;
