package com.altcontext.api.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Which site's page sent a request. Browsers report it, and pages cannot fake it: by {@code Sec-Fetch-Site} (W3C Fetch
 * Metadata), else by {@code Origin}. A sibling subdomain is another site.
 */
public enum FetchSite {
    /** A page of the service's own origin. */
    SAME_ORIGIN,
    OTHER_SITE,
    /** The address was typed, or the client is not a browser or does not say. */
    UNKNOWN;

    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    /**
     * @param scheme the one by which browsers reach the service: the same host with another scheme is another origin
     */
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
