package com.altcontext.api.http;

import com.altcontext.attribution.ReferrerHost;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as far as that is needed while it is answered. The address is never stored nor logged.
 *
 * @param siteHost the host of the page that sent it, by {@code Origin} or {@code Referer}
 * @param privacySignal whether the browser says {@code Sec-GPC: 1} or {@code DNT: 1}
 */
public record Client(
        InetAddress address,
        @Nullable String userAgent,
        @Nullable String siteHost,
        boolean privacySignal) {
    private static final CharSequence SEC_GPC = HttpHeaders.createOptimized("sec-gpc");
    private static final CharSequence DNT = HttpHeaders.createOptimized("dnt");

    static Client of(HttpServerRequest request, ClientAddresses addresses) {
        MultiMap headers = request.headers();
        String host = ReferrerHost.of(headers.get(HttpHeaders.ORIGIN));
        if (host == null) {
            // A sandboxed page's origin is the word "null".
            host = ReferrerHost.of(headers.get(HttpHeaders.REFERER));
        }
        boolean signal = "1".equals(headers.get(SEC_GPC)) || "1".equals(headers.get(DNT));
        return new Client(addresses.of(request), headers.get(HttpHeaders.USER_AGENT), host, signal);
    }
}
