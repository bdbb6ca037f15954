/** The weekly report by mail. */
@NullMarked
package com.altcontext.report;

import org.jspecify.annotations.NullMarked;
