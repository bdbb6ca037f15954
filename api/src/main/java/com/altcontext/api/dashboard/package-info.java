/** The dashboard: its page, its session, and what it asks for beside the figures. */
@NullMarked
package com.altcontext.api.dashboard;

import org.jspecify.annotations.NullMarked;
