package com.altcontext.attribution;

import com.maxmind.db.InvalidNetworkException;
import com.maxmind.db.Networks;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the country of an address in a local database in MaxMind's format. The file is mapped into memory and not
 * read into the heap, which has no room for it. So a newer file must replace it by a rename; writing over it is not
 * safe.
 */
public final class Countries implements AutoCloseable {
    /** How many networks are searched for the first one with a country. Those before it are reserved or unknown. */
    private static final int NETWORKS_TRIED = 10_000;

    private final @Nullable Reader reader;

    private Countries(@Nullable Reader reader) {
        this.reader = reader;
    }

    /** Knows no country of any address. */
    public static Countries none() {
        return new Countries(null);
    }

    /**
     * Maps the file and checks that it has countries, so that a wrong file stops the start.
     *
     * @throws IllegalArgumentException when the file cannot be read, or no country is in it
     */
    public static Countries open(Path mmdb) {
        Reader reader;
        try {
            reader = new Reader(mmdb.toFile(), Reader.FileMode.MEMORY_MAPPED);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the country database must be a readable file in MaxMind DB format", e);
        }
        Countries countries = new Countries(reader);
        if (!hasCountries(reader)) {
            countries.close();
            throw new IllegalArgumentException(
                    "the country database must have country_code or country.iso_code in its records");
        }
        return countries;
    }

    /** Two upper-case letters; null when the address is private or its country is not known. Never throws. */
    public @Nullable String of(InetAddress address) {
        if (reader == null || isPrivate(address)) {
            return null;
        }
        try {
            return code(reader.get(address, Map.class));
        } catch (IOException | RuntimeException e) {
            // An IPv6 address in a database of IPv4, a damaged record, a closed file: storing the event matters more.
            return null;
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean hasCountries(Reader reader) {
        try {
            Networks<?> networks = reader.networks(Map.class);
            for (int i = 0; i < NETWORKS_TRIED && networks.hasNext(); i++) {
                if (code(networks.next().data()) != null) {
                    return true;
                }
            }
            return false;
        } catch (IOException | InvalidNetworkException | RuntimeException e) {
            return false;
        }
    }

    private static boolean isPrivate(InetAddress address) {
        return address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || isUniqueLocal(address);
    }

    /** {@code fc00::/7} (RFC 4193), which the JDK does not count as site-local. */
    private static boolean isUniqueLocal(InetAddress address) {
        return address instanceof Inet6Address && (address.getAddress()[0] & 0xFE) == 0xFC;
    }

    /** Reads a record in iptoasn's layout ({@code country_code}) or in MaxMind's ({@code country.iso_code}). */
    private static @Nullable String code(@Nullable Object entry) {
        if (!(entry instanceof Map<?, ?> fields)) {
            return null;
        }
        Object code = fields.get("country_code");
        if (code == null && fields.get("country") instanceof Map<?, ?> country) {
            code = country.get("iso_code");
        }
        return code instanceof String letters && isCode(letters) ? letters : null;
    }

    /** Some databases write "ZZ" for an unknown country. */
    private static boolean isCode(String letters) {
        return letters.length() == 2 && letters.chars().allMatch(c -> c >= 'A' && c <= 'Z') && !letters.equals("ZZ");
    }
}
