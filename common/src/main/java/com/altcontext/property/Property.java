package com.altcontext.property;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A site whose traffic is counted separately.
 *
 * @param id the slug
 * @param domains its host names, in lower case
 * @param timeZone decides when its days begin and end
 * @param shields the events that it does not count
 * @param confirms whether consent given by a form must be confirmed with a link in a mail
 */
public record Property(String id, Set<String> domains, ZoneId timeZone, Shields shields, boolean confirms) {
    /** The property that always exists. It gets all traffic that belongs to no other property. */
    public static final String DEFAULT = "default";

    /** The same rule as in the table's constraint. */
    private static final Pattern SLUG = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    /** The default time zone of a property. */
    public static final ZoneId UTC = ZoneId.of("UTC");

    public Property {
        domains = Set.copyOf(domains);
    }

    /** Whether a text may be a property's slug: 1 to 63 of a–z, 0–9, - and _, beginning with a letter or a digit. */
    public static boolean isSlug(String text) {
        return SLUG.matcher(text).matches();
    }

    /**
     * The time zone with an IANA name like {@code America/Toronto}.
     *
     * @throws DateTimeException if there is no zone with that name. Offsets are not accepted, since the JDK and
     *     PostgreSQL read their sign differently
     */
    public static ZoneId timeZone(String name) {
        if (name.equals(UTC.getId())) {
            return UTC; // This avoids loading all time zones.
        }
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw new DateTimeException("not the name of a time zone");
        }
        return ZoneId.of(name);
    }

    /** The time zone with a stored name; UTC if the JDK does not know it. */
    public static ZoneId storedTimeZone(String name) {
        try {
            return timeZone(name);
        } catch (DateTimeException unknown) {
            return UTC;
        }
    }
}
