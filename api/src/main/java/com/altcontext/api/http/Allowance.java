package com.altcontext.api.http;

import com.altcontext.client.Limit;
import org.jspecify.annotations.Nullable;

/**
 * The rate limit that the calls of a route count against, for each client and minute.
 *
 * @param limit null if they are not counted
 * @param signedIn the limit of a caller who is signed in to the dashboard; null if it is the same
 */
public record Allowance(@Nullable Limit limit, @Nullable Limit signedIn) {
    /** Calls are not counted, so they must cost nearly nothing. */
    static final Allowance UNLIMITED = new Allowance(null, null);

    static Allowance of(Limit limit) {
        return new Allowance(limit, null);
    }

    /** The limit of a caller; null if the calls are not counted. */
    @Nullable
    Limit limit(boolean isSignedIn) {
        return isSignedIn && signedIn != null ? signedIn : limit;
    }

    /** The limits as in the contract's {@code x-rate-limit}: the one of a signed-in caller comes last. */
    @Override
    public String toString() {
        if (limit == null) {
            return "unlimited";
        }
        return limit.policy() + (signedIn == null ? "" : ", " + signedIn.policy());
    }
}
