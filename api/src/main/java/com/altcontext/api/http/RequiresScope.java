package com.altcontext.api.http;

import com.altcontext.access.Scope;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Only a caller with a key that holds the scopes may call the route, or with a session that such a key began. No answer carries a CORS
 * header.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface RequiresScope {
    /** All of them are needed. */
    Scope[] value();

    /**
     * Whether a key for some properties opens the route too. Then the method checks the property that is asked about
     * ({@link RequestContext#requireProperty}) before it asks the database, which refuses to answer otherwise.
     */
    boolean byProperty() default false;
}
