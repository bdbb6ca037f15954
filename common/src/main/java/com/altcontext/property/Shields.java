package com.altcontext.property;

import com.altcontext.client.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * The events that a property excludes.
 *
 * @param networks events of clients in these networks are dropped
 * @param paths events of pages with these paths are dropped
 * @param ownHostsOnly whether events of pages on hosts other than the property's domains are dropped
 */
public record Shields(List<Cidr> networks, List<PathPattern> paths, boolean ownHostsOnly) {
    public static final Shields NONE = new Shields(List.of(), List.of(), false);

    public Shields {
        networks = List.copyOf(networks);
        paths = List.copyOf(paths);
    }

    /** Whether nothing is excluded. */
    public boolean areNone() {
        return networks.isEmpty() && paths.isEmpty() && !ownHostsOnly;
    }

    public boolean excludes(InetAddress client) {
        return networks.stream().anyMatch(network -> network.contains(client));
    }

    public boolean excludes(String path) {
        return paths.stream().anyMatch(pattern -> pattern.matches(path));
    }
}
