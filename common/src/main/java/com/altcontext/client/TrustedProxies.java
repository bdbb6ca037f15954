package com.altcontext.client;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The networks of proxies that are believed when they name the client. */
public record TrustedProxies(List<Cidr> networks) {
    public boolean contains(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    /**
     * Each proxy appends the address of its caller. So everything after the last address that is not a trusted proxy
     * was written by proxies we trust, and everything before it by the client.
     *
     * @param list addresses separated by commas, as in {@code X-Forwarded-For}
     * @return null if the list ends with something else than an address
     */
    public @Nullable InetAddress nearestUntrusted(String list) {
        String[] entries = list.split(",", -1);
        InetAddress nearest = null;
        for (int i = entries.length - 1; i >= 0; i--) {
            InetAddress entry = address(entries[i].strip());
            if (entry == null) {
                return nearest;
            }
            nearest = entry;
            if (!contains(entry)) {
                return nearest;
            }
        }
        return nearest;
    }

    /** The address that the text is; null if it is none. Names are not looked up. */
    public static @Nullable InetAddress address(@Nullable String text) {
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
