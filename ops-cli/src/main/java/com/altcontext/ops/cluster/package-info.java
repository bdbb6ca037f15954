/** The distribution over the nodes of a Citus cluster: {@code altops cluster}. */
@NullMarked
package com.altcontext.ops.cluster;

import org.jspecify.annotations.NullMarked;
