/** Queries over raw rows: metrics, dimensions and filters are turned into one statement with bound parameters. */
@NullMarked
package com.altcontext.metrics.query;

import org.jspecify.annotations.NullMarked;
