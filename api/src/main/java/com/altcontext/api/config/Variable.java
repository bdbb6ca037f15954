package com.altcontext.api.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The environment variable that sets a value of {@link AppConfig}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Variable {
    String value();

    Rule rule();

    /** Whether the value may also come from a file, whose path is in the variable with {@code _FILE} after the name. */
    boolean secret() default false;

    /** The minimum of a whole number, or the minimum length of a secret. */
    int min() default 0;

    /** The maximum of a whole number. */
    int max() default Integer.MAX_VALUE;
}
