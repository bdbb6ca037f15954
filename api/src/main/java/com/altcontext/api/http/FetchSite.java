package com.altcontext.api.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Whose page sent a request, as the browser says and no page can fake: by {@code Sec-Fetch-Site} (W3C Fetch Metadata),
 * else by {@code Origin}. A sibling subdomain is another site.
 */
public enum FetchSite {
    /** A page of this very origin. */
    SAME_ORIGIN,
    OTHER_SITE,
    /** The address was typed, or the client is no browser or does not say. */
    UNKNOWN;

    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    /** @param scheme by which browsers reach the service: a page of the same host by another scheme is another's */
    static FetchSite of(HttpServerRequest request, String scheme) {
        String site = request.getHeader(SEC_FETCH_SITE);
        if (site != null) {
            return switch (site) {
                case "same-origin" -> SAME_ORIGIN;
                case "none" -> UNKNOWN;
                default -> OTHER_SITE;
            };
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            return UNKNOWN;
        }
        return origin.equalsIgnoreCase(scheme + "://" + request.getHeader(HttpHeaders.HOST)) ? SAME_ORIGIN : OTHER_SITE;
    }
}
