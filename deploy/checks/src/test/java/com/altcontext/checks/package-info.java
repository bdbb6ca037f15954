@NullMarked
package com.altcontext.checks;

import org.jspecify.annotations.NullMarked;
