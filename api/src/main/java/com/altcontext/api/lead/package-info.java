/** Leads: forms, unsubscribing, a person's own data, and passing leads on. */
@NullMarked
package com.altcontext.api.lead;

import org.jspecify.annotations.NullMarked;
