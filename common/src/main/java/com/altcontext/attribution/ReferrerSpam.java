package com.altcontext.attribution;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sites that are advertised by invented visits: they send themselves as the referrer. */
public final class ReferrerSpam {
    private final Set<String> domains;

    private ReferrerSpam(Set<String> domains) {
        this.domains = domains;
    }

    /** Reads the list. */
    public static ReferrerSpam load() {
        return new ReferrerSpam(Set.copyOf(DataFile.lines("referrer-spam.txt")));
    }

    /** @param host in the form of {@link ReferrerHost#of}; null for none */
    public boolean isFrom(@Nullable String host) {
        for (String domain = host; domain != null; domain = Sites.parent(domain)) {
            if (domains.contains(domain)) {
                return true;
            }
        }
        return false;
    }
}
