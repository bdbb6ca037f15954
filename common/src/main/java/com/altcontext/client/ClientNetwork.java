package com.altcontext.client;

import java.net.InetAddress;

/**
 * What the limits treat as one client: an IPv4 address, or the /64 of an IPv6 address, since a single machine can use
 * all of a /64.
 */
public record ClientNetwork(boolean ipv6, long network) {
    public static ClientNetwork of(InetAddress address) {
        byte[] bytes = address.getAddress();
        long network = 0;
        for (int i = 0; i < Math.min(bytes.length, 8); i++) {
            network = (network << 8) | (bytes[i] & 0xFF);
        }
        return new ClientNetwork(bytes.length > 4, network);
    }

    /** The block that a provider usually assigns: the /24 of an IPv4 address, or the /48 of an IPv6 address. */
    public ClientNetwork neighbourhood() {
        return new ClientNetwork(ipv6, network >>> (ipv6 ? 16 : 8));
    }
}
