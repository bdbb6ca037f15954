package com.altcontext.api.http;

import com.altcontext.api.config.AppConfig;
import com.altcontext.attribution.ReferrerHost;
import com.altcontext.client.Cidr;
import com.altcontext.client.Client;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which address a request came from, by what the client cannot set itself: on Fly the header that Fly's proxy
 * overwrites, behind another trusted proxy the header that it sets, else the socket's own.
 */
public final class ClientAddresses {
    private static final String FLY_CLIENT_IP = "fly-client-ip";
    private static final CharSequence SEC_GPC = HttpHeaders.createOptimized("sec-gpc");
    private static final CharSequence DNT = HttpHeaders.createOptimized("dnt");

    private final AppConfig.ClientAddress config;

    public ClientAddresses(AppConfig.ClientAddress config) {
        this.config = config;
    }

    Client clientOf(HttpServerRequest request) {
        MultiMap headers = request.headers();
        String host = ReferrerHost.of(headers.get(HttpHeaders.ORIGIN));
        if (host == null) {
            // A sandboxed page's origin is the word "null".
            host = ReferrerHost.of(headers.get(HttpHeaders.REFERER));
        }
        boolean signal = "1".equals(headers.get(SEC_GPC)) || "1".equals(headers.get(DNT));
        return new Client(of(peer(request), headers), headers.get(HttpHeaders.USER_AGENT), host, signal);
    }

    InetAddress of(InetAddress peer, MultiMap headers) {
        InetAddress said = null;
        if (config.isOnFly()) {
            said = literal(headers.get(FLY_CLIENT_IP));
        } else if (isProxy(peer)) {
            said = nearestUntrusted(headers.getAll(config.header().get()));
        }
        return said == null ? peer : said;
    }

    /** Whether connections of this peer carry the requests of many clients, and the peer says of each whose it is. */
    boolean isProxy(InetAddress peer) {
        return config.isOnFly() || (config.header().isPresent() && isTrusted(peer));
    }

    /**
     * Each proxy appends who called it, so what stands right of the last address that is not a trusted proxy was
     * written by proxies we trust, and what stands left of it by the client.
     */
    private @Nullable InetAddress nearestUntrusted(List<String> headers) {
        String[] entries = String.join(",", headers).split(",", -1);
        InetAddress nearest = null;
        for (int i = entries.length - 1; i >= 0; i--) {
            InetAddress entry = literal(entries[i].strip());
            if (entry == null) {
                return nearest;
            }
            nearest = entry;
            if (!isTrusted(entry)) {
                return nearest;
            }
        }
        return nearest;
    }

    private boolean isTrusted(InetAddress address) {
        for (Cidr network : config.proxies()) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static InetAddress peer(HttpServerRequest request) {
        InetAddress peer = literal(request.connection().remoteAddress().hostAddress());
        return peer == null ? InetAddress.getLoopbackAddress() : peer;
    }

    private static @Nullable InetAddress literal(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }
}
