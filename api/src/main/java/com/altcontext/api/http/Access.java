package com.altcontext.api.http;

import com.altcontext.access.Permissions;
import com.altcontext.access.Scope;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may call a route.
 *
 * @param scopes the scopes that a key must have, all of them; empty if anyone may call
 * @param byProperty whether a key for some properties may call the route, too. Its method must then check the requested
 *     property ({@link RequestContext#requireProperty}) before it asks the database; otherwise {@link
 *     RequestContext#submit} refuses.
 * @param readableByOtherOrigins whether answers carry CORS headers, so that pages of the allowed origins may read them
 */
public record Access(Set<Scope> scopes, boolean byProperty, boolean readableByOtherOrigins) {
    /** Anyone may call, and pages of the allowed origins may read the answer. */
    static final Access PUBLIC = new Access(Set.of(), false, true);

    /** Anyone may call, but pages of other origins cannot read the answer. */
    static final Access SAME_ORIGIN = new Access(Set.of(), false, false);

    /** Only callers with a key for all properties that holds the scopes, or with a session that such a key began. */
    static Access with(Scope... scopes) {
        return new Access(EnumSet.copyOf(Arrays.asList(scopes)), false, false);
    }

    /** This access, but open to keys for some properties, too: see {@link #byProperty}. */
    Access withPropertyKeys() {
        return new Access(scopes, true, readableByOtherOrigins);
    }

    /** Whether anyone may call. */
    public boolean isOpen() {
        return scopes.isEmpty();
    }

    boolean allows(Permissions granted) {
        return granted.scopes().containsAll(scopes) && (byProperty || !granted.isRestricted());
    }

    /** In a word or two, as in the contract's {@code x-access}. */
    @Override
    public String toString() {
        if (isOpen()) {
            return readableByOtherOrigins ? "public" : "same-origin";
        }
        String needed = scopes.size() == Scope.values().length
                ? "every scope"
                : scopes.stream().map(Scope::key).sorted().collect(Collectors.joining(" and "));
        return needed + (byProperty ? " of the property" : " of all properties");
    }
}
