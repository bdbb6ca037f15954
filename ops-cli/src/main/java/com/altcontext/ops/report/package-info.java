/** The weekly reports: {@code altops report}. */
@NullMarked
package com.altcontext.ops.report;

import org.jspecify.annotations.NullMarked;
