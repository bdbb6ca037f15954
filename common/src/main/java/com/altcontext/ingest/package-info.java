/**
 * The requests that wait for the database and are answered after the commit: events, forms and other work. This package
 * also limits the memory that they use.
 */
@NullMarked
package com.altcontext.ingest;

import org.jspecify.annotations.NullMarked;
