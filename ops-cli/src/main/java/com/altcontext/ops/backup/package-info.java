/** Backups of the whole database, and their restoration: {@code altops backup} and {@code altops restore}. */
@NullMarked
package com.altcontext.ops.backup;

import org.jspecify.annotations.NullMarked;
