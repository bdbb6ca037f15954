package com.altcontext.property;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A site whose traffic is counted apart.
 *
 * @param id the slug
 * @param domains its host names, lower case
 */
public record Property(String id, Set<String> domains) {
    /** The property that always exists and takes what no other claims. */
    public static final String DEFAULT = "default";

    /** The rule of the table itself. */
    private static final Pattern SLUG = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    public Property {
        domains = Set.copyOf(domains);
    }

    /** Whether a text may be a property's slug: 1 to 63 of a–z, 0–9, - and _, beginning with a letter or a digit. */
    public static boolean isSlug(String text) {
        return SLUG.matcher(text).matches();
    }
}
