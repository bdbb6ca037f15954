/** Questions to the raw rows: metrics, dimensions and filters become one statement with bound parameters. */
@NullMarked
package com.altcontext.metrics.query;

import org.jspecify.annotations.NullMarked;
