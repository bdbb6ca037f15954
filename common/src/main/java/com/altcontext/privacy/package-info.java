/** What the law gives to people: the export and the erasure of what is held about them, and the proof of their consent. */
@NullMarked
package com.altcontext.privacy;

import org.jspecify.annotations.NullMarked;
