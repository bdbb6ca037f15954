@NullMarked
package com.altcontext.api;

import org.jspecify.annotations.NullMarked;
