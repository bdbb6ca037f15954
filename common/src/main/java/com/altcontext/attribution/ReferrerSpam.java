package com.altcontext.attribution;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sites that advertise themselves by sending invented visits with their own address as the referrer. */
public final class ReferrerSpam {
    private static final Set<String> DOMAINS = Set.copyOf(DataFile.lines("referrer-spam.txt"));

    private ReferrerSpam() {}

    /**
     * Whether a host or a domain above it is on the list.
     *
     * @param host in the form of {@link ReferrerHost#of}; null for none
     */
    public static boolean isFrom(@Nullable String host) {
        return Sites.listed(DOMAINS, host) != null;
    }
}
