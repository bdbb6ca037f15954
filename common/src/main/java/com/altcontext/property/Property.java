package com.altcontext.property;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A site whose traffic is counted apart.
 *
 * @param id the slug
 * @param domains its host names, lower case
 * @param timeZone where its days begin and end
 * @param shields what it does not count
 * @param confirms whether consent given by a form has to be confirmed by the link of a mail
 */
public record Property(String id, Set<String> domains, ZoneId timeZone, Shields shields, boolean confirms) {
    /** The property that always exists and takes what no other claims. */
    public static final String DEFAULT = "default";

    /** The rule of the table's constraint. */
    private static final Pattern SLUG = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    /** Where days begin and end unless the operator says otherwise. */
    public static final ZoneId UTC = ZoneId.of("UTC");

    public Property {
        domains = Set.copyOf(domains);
    }

    /** Whether a text may be a property's slug: 1 to 63 of a–z, 0–9, - and _, beginning with a letter or a digit. */
    public static boolean isSlug(String text) {
        return SLUG.matcher(text).matches();
    }

    /**
     * The zone of an IANA name like {@code America/Toronto}.
     *
     * @throws DateTimeException if there is none of that name. Offsets are not accepted, since the JDK and PostgreSQL
     *     read their sign differently
     */
    public static ZoneId timeZone(String name) {
        if (name.equals(UTC.getId())) {
            return UTC; // The zones of the world need not be loaded.
        }
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw new DateTimeException("not the name of a time zone");
        }
        return ZoneId.of(name);
    }

    /** The zone with a stored name; UTC if the JDK does not know it. */
    public static ZoneId storedTimeZone(String name) {
        try {
            return timeZone(name);
        } catch (DateTimeException unknown) {
            return UTC;
        }
    }
}
