/** What all commands share: the context of a run, the options, the output, the failures, and the way to the database. */
@NullMarked
package com.altcontext.ops.command;

import org.jspecify.annotations.NullMarked;
