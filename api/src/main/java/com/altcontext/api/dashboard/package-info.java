/** The dashboard: its page, its session, and what it needs besides the figures. */
@NullMarked
package com.altcontext.api.dashboard;

import org.jspecify.annotations.NullMarked;
