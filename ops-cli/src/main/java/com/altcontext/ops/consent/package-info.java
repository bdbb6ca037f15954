/** The texts that people agree to, and the proof of consent: {@code altops consent}. */
@NullMarked
package com.altcontext.ops.consent;

import org.jspecify.annotations.NullMarked;
