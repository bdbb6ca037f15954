/** Mails to the operator's people: about new leads, and the weekly report, which they can stop. */
@NullMarked
package com.altcontext.api.report;

import org.jspecify.annotations.NullMarked;
