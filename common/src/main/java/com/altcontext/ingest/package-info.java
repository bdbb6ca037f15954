/** The group commit: requests queue, one writer stores what waits in one transaction, and answers after the commit. */
@NullMarked
package com.altcontext.ingest;

import org.jspecify.annotations.NullMarked;
