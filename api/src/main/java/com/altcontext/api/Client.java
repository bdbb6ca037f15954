package com.altcontext.api;

import com.altcontext.attribution.ReferrerHost;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as far as that is needed while it is answered. The address is never stored nor logged.
 *
 * @param siteHost the host of the page that sent it, by {@code Origin} or {@code Referer}
 * @param privacySignal whether the browser says {@code Sec-GPC: 1} or {@code DNT: 1}
 */
record Client(
        InetAddress address,
        @Nullable String userAgent,
        @Nullable String siteHost,
        boolean privacySignal) {
    private static final String KEY = Client.class.getName();
    private static final CharSequence SEC_GPC = HttpHeaders.createOptimized("sec-gpc");
    private static final CharSequence DNT = HttpHeaders.createOptimized("dnt");

    static Client of(RoutingContext context) {
        return context.get(KEY);
    }

    static Client identify(RoutingContext context, ClientAddresses addresses) {
        MultiMap headers = context.request().headers();
        String page = headers.get(HttpHeaders.ORIGIN);
        String host = ReferrerHost.of(page == null ? headers.get(HttpHeaders.REFERER) : page);
        boolean signal = "1".equals(headers.get(SEC_GPC)) || "1".equals(headers.get(DNT));
        Client client = new Client(addresses.of(context.request()), headers.get(HttpHeaders.USER_AGENT), host, signal);
        context.put(KEY, client);
        return client;
    }
}
