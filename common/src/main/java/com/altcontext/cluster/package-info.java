/** More than one node: how the tables that grow are spread over a Citus cluster. */
@NullMarked
package com.altcontext.cluster;

import org.jspecify.annotations.NullMarked;
