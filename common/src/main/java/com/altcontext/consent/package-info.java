/** Consent texts, and the confirmation of consent by mail. */
@NullMarked
package com.altcontext.consent;

import org.jspecify.annotations.NullMarked;
