/** Leads: forms, unsubscribing, a person's own data, and webhooks. */
@NullMarked
package com.altcontext.api.lead;

import org.jspecify.annotations.NullMarked;
