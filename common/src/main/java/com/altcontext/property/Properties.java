package com.altcontext.property;

import com.altcontext.client.Cidr;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The known properties, held in memory so that no request waits for a look-up. {@link #refresh} is called every few
 * seconds, and before the service is ready; until then only {@code default} is known.
 */
public final class Properties {
    private static final Logger LOG = System.getLogger(Properties.class.getName());

    private static final String READ = """
            SELECT id, domains, time_zone, excluded_networks, excluded_paths, own_hosts_only, confirm
            FROM properties ORDER BY created_at, id
            """;

    private final Sql sql;
    private volatile Snapshot snapshot = Snapshot.of(List.of());
    private volatile boolean read;
    private volatile Set<String> unreadable = Set.of();

    public Properties(Sql sql) {
        this.sql = sql;
    }

    /**
     * Reads the properties again. If a property has settings that can't be read, the others are used, so that its
     * events are not lost.
     */
    public void refresh() {
        Set<String> now = new TreeSet<>();
        snapshot = Snapshot.of(sql.inTransaction(tx -> tx.query(READ, row -> read(row, now))));
        read = true;
        if (!now.equals(unreadable)) {
            unreadable = now;
            if (!now.isEmpty()) {
                LOG.log(
                        Level.ERROR,
                        "these settings of properties can't be read and are ignored: " + String.join(", ", now));
            }
        }
    }

    private static Property read(Row row, Set<String> unreadable) throws SQLException {
        String slug = row.text(1);
        return new Property(
                slug,
                setting(slug, "domains", () -> Set.copyOf(Arrays.asList(row.texts(2))), Set.of(), unreadable),
                setting(slug, "time zone", () -> Property.timeZone(row.text(3)), Property.UTC, unreadable),
                setting(slug, "shields", () -> shields(slug, row, unreadable), Shields.NONE, unreadable),
                row.flag(7));
    }

    private static Shields shields(String slug, Row row, Set<String> unreadable) throws SQLException {
        return new Shields(
                entries(slug, "an excluded network", row.texts(4), Cidr::parse, unreadable),
                entries(slug, "an excluded path", row.texts(5), PathPattern::new, unreadable),
                row.flag(6));
    }

    /** Reads those entries of a list that can be read. */
    private static <T> List<T> entries(
            String slug, String name, String[] texts, Function<String, T> entry, Set<String> unreadable) {
        List<T> entries = new ArrayList<>();
        for (String text : texts) {
            try {
                entries.add(entry.apply(text));
            } catch (RuntimeException broken) {
                unreadable.add(name + " of " + slug);
            }
        }
        return entries;
    }

    /** Reads one setting of a row. */
    @FunctionalInterface
    private interface SettingReader<T> {
        T read() throws SQLException;
    }

    private static <T> T setting(
            String slug, String name, SettingReader<T> setting, T ifUnreadable, Set<String> unreadable) {
        try {
            return setting.read();
        } catch (SQLException | RuntimeException broken) {
            unreadable.add(name + " of " + slug);
            return ifUnreadable;
        }
    }

    /** Whether the properties were read at least once. Before that, an unknown property may exist. */
    public boolean isRead() {
        return read;
    }

    /** The property with that slug; null if none is known. */
    public @Nullable Property bySlug(String slug) {
        return snapshot.bySlug.get(slug);
    }

    /** All known properties. */
    public Collection<Property> all() {
        return snapshot.bySlug.values();
    }

    /** The time zone of a property's days; UTC if the property is not known. */
    public ZoneId timeZone(String slug) {
        Property property = bySlug(slug);
        return property == null ? Property.UTC : property.timeZone();
    }

    /** The property that has the host among its domains, else {@code default}. */
    public Property byHost(@Nullable String host) {
        Property found = host == null ? null : snapshot.byHost.get(host.toLowerCase(Locale.ROOT));
        return found == null ? snapshot.fallback : found;
    }

    private record Snapshot(Map<String, Property> bySlug, Map<String, Property> byHost, Property fallback) {
        static Snapshot of(List<Property> properties) {
            Map<String, Property> bySlug = new HashMap<>();
            Map<String, Property> byHost = new HashMap<>();
            for (Property property : properties) {
                bySlug.put(property.id(), property);
                // A domain that two properties claim belongs to the older one.
                property.domains().forEach(domain -> byHost.putIfAbsent(domain.toLowerCase(Locale.ROOT), property));
            }
            Property fallback = bySlug.computeIfAbsent(
                    Property.DEFAULT, id -> new Property(id, Set.of(), Property.UTC, Shields.NONE, false));
            return new Snapshot(Map.copyOf(bySlug), Map.copyOf(byHost), fallback);
        }
    }
}
