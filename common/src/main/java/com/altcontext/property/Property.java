package com.altcontext.property;

import java.util.Set;

/**
 * A site whose traffic is counted apart.
 *
 * @param id the slug
 * @param domains its host names, lower case
 */
public record Property(String id, Set<String> domains) {
    /** The property that always exists and takes what no other claims. */
    public static final String DEFAULT = "default";

    public Property {
        domains = Set.copyOf(domains);
    }
}
