/** What waits for the database, and is answered after the commit: events, forms, other work, and the memory that all of it may hold. */
@NullMarked
package com.altcontext.ingest;

import org.jspecify.annotations.NullMarked;
