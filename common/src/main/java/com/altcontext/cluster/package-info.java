/** Spreads the tables that grow over the nodes of a Citus cluster. */
@NullMarked
package com.altcontext.cluster;

import org.jspecify.annotations.NullMarked;
