/** Everything that deletes or discloses what is held about people: retention, erasure, export. */
@NullMarked
package com.altcontext.retention;

import org.jspecify.annotations.NullMarked;
