package com.altcontext.property;

import com.altcontext.db.Row;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.altcontext.value.Text;
import java.net.IDN;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The properties as an operator keeps them. The running service sees a change within seconds. */
public final class PropertyStore {
    /** RFC 1123, section 2.1; RFC 1035 has the lengths. */
    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    private static final int MAX_HOST = 253;
    private static final int MAX_NAME = 255;
    private static final int MAX_DOMAINS = 100;

    /** Two that add at once could both find a domain free. */
    private static final String ONE_AT_A_TIME =
            "SELECT pg_advisory_xact_lock(hashtextextended('altcontext.properties', 0))";

    private PropertyStore() {}

    /**
     * A property to add; one that breaks rules is {@link Rejected} with all of them.
     *
     * @param slug 1 to 63 of a–z, 0–9, - and _, beginning with a letter or a digit
     * @param name 1 to 255 characters, for people
     * @param domains its host names; stored in lower case and in ASCII (IDNA 2003)
     */
    public record Wanted(String slug, String name, List<String> domains) {
        public Wanted {
            Issues issues = new Issues();
            if (!Property.isSlug(slug)) {
                issues.add("slug", "must be 1 to 63 of a-z, 0-9, - and _, and begin with a letter or a digit");
            }
            name = name.strip();
            String fault = Text.lengthFault(name, 1, MAX_NAME);
            if (fault != null || !Text.isStorable(name)) {
                issues.add("name", fault == null ? Text.UNSTORABLE : fault);
            }
            if (domains.size() > MAX_DOMAINS) {
                issues.add("domains", "must be at most " + MAX_DOMAINS);
            }
            Set<String> hosts = new LinkedHashSet<>();
            for (String domain : domains) {
                String host = host(domain);
                if (host == null) {
                    issues.add("domains", "must be a host name like www.example.ca: no scheme, port or path");
                } else {
                    hosts.add(host);
                }
            }
            issues.throwIfAny();
            domains = List.copyOf(hosts);
        }
    }

    /** A property as it is stored. */
    public record StoredProperty(String slug, String name, List<String> domains, Instant createdAt) {
        public StoredProperty {
            domains = List.copyOf(domains);
        }

        private static StoredProperty read(Row row) throws SQLException {
            return new StoredProperty(row.text(1), row.text(2), List.of(row.texts(3)), row.time(4));
        }
    }

    /** The outcome of an addition. */
    public sealed interface Addition {
        record Added(StoredProperty property) implements Addition {}

        record SlugTaken() implements Addition {}

        /** @param owner the slug of the property that has the domain: a host belongs to one */
        record DomainTaken(String domain, String owner) implements Addition {}
    }

    /** The outcome of a removal. */
    public sealed interface Removal {
        record Removed() implements Removal {}

        record Unknown() implements Removal {}

        /** {@code default} takes what no other property claims. */
        record Needed() implements Removal {}

        record InUse(long visitors, long leads) implements Removal {}
    }

    /** All properties, the oldest first. */
    public static List<StoredProperty> list(Tx tx) {
        return tx.query(
                "SELECT id, name, domains, created_at FROM properties ORDER BY created_at, id", StoredProperty::read);
    }

    /** @throws SqlFailure if the database refused */
    public static Addition add(Tx tx, Wanted wanted) {
        lock(tx);
        String[] domains = wanted.domains.toArray(String[]::new);
        List<Addition> taken =
                tx.query("""
                SELECT domain, id FROM properties, unnest(domains) AS domain
                WHERE domain = ANY (?) ORDER BY domain LIMIT 1
                """, row -> new Addition.DomainTaken(row.text(1), row.text(2)), (Object) domains);
        List<StoredProperty> same = tx.query(
                "SELECT id, name, domains, created_at FROM properties WHERE id = ?", StoredProperty::read, wanted.slug);
        if (!same.isEmpty()) {
            return new Addition.SlugTaken();
        }
        if (!taken.isEmpty()) {
            return taken.getFirst();
        }
        return new Addition.Added(tx.query(
                        "INSERT INTO properties (id, name, domains) VALUES (?, ?, ?) RETURNING id, name, domains, created_at",
                        StoredProperty::read,
                        wanted.slug,
                        wanted.name,
                        domains)
                .getFirst());
    }

    /**
     * Takes a property away that nothing was stored for, or whose visitors and leads are gone again. Its rollups, if it
     * has any, stay until their retention is over.
     *
     * @throws SqlFailure if the database refused
     */
    public static Removal remove(Tx tx, String slug) {
        lock(tx);
        if (tx.query("SELECT 1 FROM properties WHERE id = ?", row -> row.number(1), slug)
                .isEmpty()) {
            return new Removal.Unknown();
        }
        if (slug.equals(Property.DEFAULT)) {
            return new Removal.Needed();
        }
        Removal.InUse use = tx.query("""
                        SELECT (SELECT count(*) FROM visitors WHERE property_id = ?),
                               (SELECT count(*) FROM leads WHERE property_id = ?)
                        """, row -> new Removal.InUse(row.number(1), row.number(2)), slug, slug)
                .getFirst();
        if (use.visitors + use.leads > 0) {
            return use;
        }
        tx.update("DELETE FROM properties WHERE id = ?", slug);
        return new Removal.Removed();
    }

    private static void lock(Tx tx) {
        tx.query(ONE_AT_A_TIME, _ -> true);
    }

    private static @Nullable String host(String domain) {
        try {
            String host = lower(IDN.toASCII(domain.strip(), IDN.USE_STD3_ASCII_RULES));
            return host.length() <= MAX_HOST && HOST.matcher(host).matches() ? host : null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException unencodable) {
            return null;
        }
    }

    private static String lower(String ascii) {
        return ascii.toLowerCase(Locale.ROOT);
    }
}
