package com.altcontext.api.http;

import com.altcontext.access.Scope;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Only a caller with a key that holds the scope may call the route. No answer carries a CORS header. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface RequiresScope {
    Scope value();

    /** Whether a session of the dashboard opens the route too. */
    boolean session() default false;
}
