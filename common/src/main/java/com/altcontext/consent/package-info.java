/** What people agreed to, word for word. */
@NullMarked
package com.altcontext.consent;

import org.jspecify.annotations.NullMarked;
