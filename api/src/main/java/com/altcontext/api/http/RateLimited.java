package com.altcontext.api.http;

import com.altcontext.client.Limit;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The allowance that a request to the route counts against, for each client and minute. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface RateLimited {
    Limit value();

    /** The allowance of a caller who is signed in to the dashboard; by default the same. */
    Limit[] signedIn() default {};
}
