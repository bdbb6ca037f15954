package com.altcontext.attribution;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A list of well-known sites from a data file: the names that they have in {@code utm_source}, and their hosts,
 * compared by whole domain labels. The comment at the top of {@code search-engines.txt} explains the format of the
 * lines.
 */
final class Sites {
    /** Country domains that are not ISO country codes, but in which international sites have addresses. */
    private static final List<String> COUNTRIES_BESIDES_ISO = List.of("uk", "eu", "ac", "su");

    private static final Set<String> COUNTRIES = new HashSet<>();

    static {
        for (String country : Locale.getISOCountries()) {
            COUNTRIES.add(country.toLowerCase(Locale.ROOT));
        }
        COUNTRIES.addAll(COUNTRIES_BESIDES_ISO);
    }

    private final Set<String> names = new HashSet<>();
    /** For each domain, the first name on its line. */
    private final Map<String, String> domains = new HashMap<>();

    private final Set<String> excluded = new HashSet<>();

    private Sites() {}

    static Sites read(String dataFile) {
        return of(DataFile.lines(dataFile));
    }

    static Sites of(List<String> lines) {
        Sites sites = new Sites();
        lines.forEach(sites::add);
        return sites;
    }

    private void add(String line) {
        int colon = line.indexOf(':');
        if (colon <= 0 || colon == line.length() - 1) {
            throw new IllegalStateException("a line of a site list must be 'names: domains': " + line);
        }
        String[] namesOfSite = line.substring(0, colon).split(",", -1);
        Arrays.stream(namesOfSite)
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .forEach(names::add);
        for (String domain : line.substring(colon + 1).strip().split(" +", -1)) {
            if (domain.startsWith("!")) {
                excluded.add(domain.substring(1));
            } else {
                domains.put(domain, namesOfSite[0].strip());
            }
        }
    }

    /** Whether a {@code utm_source} means one of the sites, by its name ({@code fb}) or host ({@code m.facebook.com}). */
    boolean named(String source) {
        String name = source.strip().toLowerCase(Locale.ROOT);
        if (names.contains(name)) {
            return true;
        }
        String host = ReferrerHost.of(name.contains("//") ? name : "//" + name);
        return host != null && at(host);
    }

    /** Whether the host, in the form of {@link ReferrerHost#of}, belongs to one of the sites. */
    boolean at(String host) {
        return nameAt(host) != null;
    }

    /** The site that the host belongs to; null if it is none of them. */
    @Nullable
    String nameAt(String host) {
        String anyCountry = withAnyCountry(host);
        String domain = listed(domains.keySet(), host);
        if (domain == null) {
            domain = listed(domains.keySet(), anyCountry);
        }
        return domain == null || listed(excluded, host) != null || listed(excluded, anyCountry) != null
                ? null
                : domains.get(domain);
    }

    /** The host, or the nearest domain above it, that is in the set; null if there is none. */
    static @Nullable String listed(Set<String> domains, @Nullable String host) {
        for (String domain = host; domain != null; domain = parent(domain)) {
            if (domains.contains(domain)) {
                return domain;
            }
        }
        return null;
    }

    /** The parent domain; null for the last label. */
    private static @Nullable String parent(String domain) {
        int dot = domain.indexOf('.');
        return dot < 0 ? null : domain.substring(dot + 1);
    }

    /** {@code news.google.co.uk} as {@code news.google.*}; null if the last label is neither com nor a country's. */
    private static @Nullable String withAnyCountry(String host) {
        int last = host.lastIndexOf('.');
        if (last < 0) {
            return null;
        }
        String top = host.substring(last + 1);
        boolean country = COUNTRIES.contains(top);
        if (!country && !top.equals("com")) {
            return null;
        }
        String rest = host.substring(0, last);
        if (country && (rest.endsWith(".co") || rest.endsWith(".com"))) {
            rest = rest.substring(0, rest.lastIndexOf('.'));
        }
        return rest + ".*";
    }
}
