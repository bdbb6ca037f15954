package com.altcontext.ops.status;

import com.altcontext.ops.rollup.RollupFreshness;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code altops status} shows.
 *
 * @param rollups null if the schema is too old to know them
 * @param problems a sentence each
 */
record Status(Inventory inventory, @Nullable RollupFreshness rollups, List<String> problems) {}
