package com.altcontext.client;

import java.net.InetAddress;
import java.util.Arrays;

/** A network in CIDR notation (RFC 4632, RFC 4291). */
public record Cidr(InetAddress network, int prefix) {
    /**
     * @throws IllegalArgumentException if the text is not an address, or the prefix is longer than the address. Also if
     *     the address has a zone, like {@code fe80::1%eth0}: it names an interface that only this machine may have. Also
     *     if parts are left out, as in {@code 10.1/16}, which Java reads as {@code 10.0.0.1/16}
     */
    public static Cidr parse(String notation) {
        String text = notation.strip();
        if (text.indexOf('%') >= 0) {
            throw new IllegalArgumentException("a network has no zone");
        }
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (address.indexOf(':') < 0 && address.chars().filter(c -> c == '.').count() != 3) {
            throw new IllegalArgumentException("an IPv4 address has four parts");
        }
        InetAddress network = InetAddress.ofLiteral(address);
        int bits = network.getAddress().length * 8;
        int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("the prefix must be from 0 to " + bits);
        }
        return new Cidr(network, prefix);
    }

    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(mine, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((mine[whole] ^ other[whole]) & 0xFF) >> (8 - rest) == 0;
    }

    /** In the form that {@link #parse} reads. */
    public String notation() {
        return network.getHostAddress() + "/" + prefix;
    }
}
