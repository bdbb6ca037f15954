package com.altcontext.property;

import com.altcontext.client.Cidr;
import com.altcontext.value.HostName;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.altcontext.value.Text;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An operator's settings of a property. Null leaves a setting unchanged, or at its default for a new property. A list
 * replaces the old one. If settings break rules, one {@link Rejected} reports all of them.
 *
 * @param slug 1 to 63 of a–z, 0–9, - and _, beginning with a letter or a digit
 * @param name 1 to 255 characters in one line, for people
 * @param domains host names; stored in lower case and in ASCII, see {@link HostName}
 * @param timeZone an IANA name, see {@link Property#timeZone}
 * @param excludedNetworks in CIDR notation, but not {@code /0}, which would drop all events; an address without a prefix is a
 *     network of one
 * @param excludedPaths see {@link PathPattern}
 * @param confirm whether consent given by a form must be confirmed with a link in a mail
 */
public record PropertySettings(
        String slug,
        @Nullable String name,
        @Nullable List<String> domains,
        @Nullable String timeZone,
        @Nullable List<String> excludedNetworks,
        @Nullable List<String> excludedPaths,
        @Nullable Boolean ownHostsOnly,
        @Nullable Boolean confirm) {
    private static final int MAX_NAME = 255;
    private static final int MAX_ENTRIES = 100;

    public PropertySettings {
        Issues issues = new Issues();
        if (!Property.isSlug(slug)) {
            issues.add("slug", "must be 1 to 63 of a-z, 0-9, - and _, and begin with a letter or a digit");
        }
        if (name != null) {
            name = name.strip();
            String fault = Text.nameFault(name, MAX_NAME);
            if (fault != null) {
                issues.add("name", fault);
            }
        }
        domains = list(
                issues,
                "domains",
                domains,
                HostName::ascii,
                "must be a host name like www.example.ca: no scheme, port or path, and xn--… instead of ß");
        if (timeZone != null && !isTimeZone(timeZone)) {
            issues.add("timeZone", "must be the name of a time zone like America/Toronto");
        }
        excludedNetworks = list(
                issues,
                "excludedNetworks",
                excludedNetworks,
                PropertySettings::network,
                "must be a network in CIDR notation like 203.0.113.0/24 or 2001:db8::/48, and not all addresses (/0)");
        excludedPaths = list(
                issues,
                "excludedPaths",
                excludedPaths,
                PropertySettings::path,
                "must begin with / or *, like /admin/*, and be at most 2048 characters");
        issues.throwIfAny();
    }

    private static @Nullable List<String> list(
            Issues issues,
            String field,
            @Nullable List<String> entries,
            Function<String, @Nullable String> normal,
            String rule) {
        if (entries == null) {
            return null;
        }
        if (entries.size() > MAX_ENTRIES) {
            issues.add(field, "must be at most " + MAX_ENTRIES);
        }
        Set<String> valid = new LinkedHashSet<>();
        for (String entry : entries) {
            String text = normal.apply(entry.strip());
            if (text == null) {
                issues.add(field, rule);
            } else {
                valid.add(text);
            }
        }
        return List.copyOf(new ArrayList<>(valid));
    }

    private static boolean isTimeZone(String name) {
        try {
            return !Property.timeZone(name).getId().isEmpty();
        } catch (DateTimeException unknown) {
            return false;
        }
    }

    private static @Nullable String network(String notation) {
        try {
            Cidr network = Cidr.parse(notation);
            return network.prefix() == 0 ? null : network.notation();
        } catch (IllegalArgumentException invalid) {
            return null;
        }
    }

    private static @Nullable String path(String pattern) {
        try {
            return Text.isStorable(pattern) ? new PathPattern(pattern).text() : null;
        } catch (IllegalArgumentException invalid) {
            return null;
        }
    }
}
