package com.altcontext.api.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A route that {@link RequestFilter} hands to the {@link DirectHandler} instead of Quarkus REST. It takes POST. docs/performance.md
 * says what this saves.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface DirectRoute {
    /** The paths. */
    String[] value();
}
