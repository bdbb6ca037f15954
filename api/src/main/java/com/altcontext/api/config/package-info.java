/** The configuration, from environment variables. */
@NullMarked
package com.altcontext.api.config;

import org.jspecify.annotations.NullMarked;
