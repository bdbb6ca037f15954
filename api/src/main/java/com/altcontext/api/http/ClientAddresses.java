package com.altcontext.api.http;

import com.altcontext.api.config.AppConfig;
import com.altcontext.attribution.ReferrerHost;
import com.altcontext.client.Client;
import com.altcontext.client.TrustedProxies;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;

/**
 * Finds the address that a request came from, using only what the client cannot set itself: on Fly the header that
 * Fly's proxy overwrites, behind another trusted proxy the header that it sets, else the socket's own.
 */
public final class ClientAddresses {
    private static final String FLY_CLIENT_IP = "fly-client-ip";
    private static final CharSequence SEC_GPC = HttpHeaders.createOptimized("sec-gpc");
    private static final CharSequence DNT = HttpHeaders.createOptimized("dnt");

    private final AppConfig.ClientAddress config;
    private final TrustedProxies proxies;

    public ClientAddresses(AppConfig.ClientAddress config) {
        this.config = config;
        this.proxies = new TrustedProxies(config.proxies());
    }

    Client clientOf(HttpServerRequest request) {
        MultiMap headers = request.headers();
        String host = ReferrerHost.of(headers.get(HttpHeaders.ORIGIN));
        if (host == null) {
            // A sandboxed page's origin is the word "null".
            host = ReferrerHost.of(headers.get(HttpHeaders.REFERER));
        }
        boolean signal = "1".equals(headers.get(SEC_GPC)) || "1".equals(headers.get(DNT));
        return new Client(
                of(peer(request), headers),
                headers.get(HttpHeaders.USER_AGENT),
                host,
                signal,
                headers.get(HttpHeaders.ACCEPT_LANGUAGE));
    }

    InetAddress of(InetAddress peer, MultiMap headers) {
        InetAddress reported = null;
        if (config.isOnFly()) {
            reported = TrustedProxies.address(headers.get(FLY_CLIENT_IP));
        } else if (isProxy(peer)) {
            reported = proxies.nearestUntrusted(
                    String.join(",", headers.getAll(config.header().get())));
        }
        return reported == null ? peer : reported;
    }

    /**
     * Whether this peer is a proxy: its connections carry requests of many clients, and it names the client of each.
     */
    public boolean isProxy(InetAddress peer) {
        return config.isOnFly() || (config.header().isPresent() && proxies.contains(peer));
    }

    private static InetAddress peer(HttpServerRequest request) {
        InetAddress peer =
                TrustedProxies.address(request.connection().remoteAddress().hostAddress());
        return peer == null ? InetAddress.getLoopbackAddress() : peer;
    }
}
