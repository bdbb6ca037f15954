package com.altcontext.client;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The networks of proxies that are trusted to report the client's address. */
public record TrustedProxies(List<Cidr> networks) {
    public boolean contains(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    /**
     * The last address of a list that is not a trusted proxy's. Each proxy appends the address of its caller. So
     * trusted proxies wrote this address and all after it, but whatever stands before it may be the client's invention.
     *
     * @param list addresses separated by commas, as in {@code X-Forwarded-For}
     * @return null if the last entry is not an address
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

    /** Parses an address; null if the text is not an address. Names are not looked up. */
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
