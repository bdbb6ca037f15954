/**
 * Everything that waits for the database and is answered after the commit: events, forms and other work, and the limit
 * of the memory that they use.
 */
@NullMarked
package com.altcontext.ingest;

import org.jspecify.annotations.NullMarked;
