@NullMarked
package com.altcontext.devdb;

import org.jspecify.annotations.NullMarked;
