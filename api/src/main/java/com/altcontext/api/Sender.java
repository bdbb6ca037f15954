package com.altcontext.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Whose page sent a request, as the browser tells and no page can feign: by {@code Sec-Fetch-Site} (W3C Fetch Metadata),
 * else by {@code Origin}. A sibling subdomain is another's page.
 */
enum Sender {
    /** A page of this very origin. */
    OWN_PAGE,
    OTHER_PAGE,
    /** Somebody who typed the address, no browser, or one that does not say. */
    UNTOLD;

    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    /** @param scheme by which browsers reach the service: a page of the same host by another scheme is another's */
    static Sender of(HttpServerRequest request, String scheme) {
        String site = request.getHeader(SEC_FETCH_SITE);
        if (site != null) {
            return switch (site) {
                case "same-origin" -> OWN_PAGE;
                case "none" -> UNTOLD;
                default -> OTHER_PAGE;
            };
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            return UNTOLD;
        }
        return origin.equalsIgnoreCase(scheme + "://" + request.getHeader(HttpHeaders.HOST)) ? OWN_PAGE : OTHER_PAGE;
    }
}
