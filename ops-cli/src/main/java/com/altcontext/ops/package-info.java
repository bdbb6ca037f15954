@NullMarked
package com.altcontext.ops;

import org.jspecify.annotations.NullMarked;
