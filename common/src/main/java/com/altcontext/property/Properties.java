package com.altcontext.property;

import com.altcontext.db.Sql;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The known properties, held in memory so that no request waits for a look-up. {@link #refresh} is called every few
 * seconds, and before the service is ready; until then only {@code default} is known.
 */
public final class Properties {
    private final Sql sql;
    private volatile Snapshot snapshot = Snapshot.of(List.of());
    private volatile boolean read;

    public Properties(Sql sql) {
        this.sql = sql;
    }

    /** Reads the properties anew. */
    public void refresh() {
        snapshot = Snapshot.of(sql.inTransaction(tx -> tx.query(
                "SELECT id, domains FROM properties ORDER BY created_at, id",
                row -> new Property(row.text(1), Set.copyOf(Arrays.asList(row.texts(2)))))));
        read = true;
    }

    /** Whether they were ever read: before that, one that is not known may exist all the same. */
    public boolean isRead() {
        return read;
    }

    /** The property of that slug, or null if none is known. */
    public @Nullable Property bySlug(String slug) {
        return snapshot.bySlug.get(slug);
    }

    /** The property one of whose domains is the host, else {@code default}. */
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
                // A domain that two properties claim belongs to the one that was there first.
                property.domains().forEach(domain -> byHost.putIfAbsent(domain.toLowerCase(Locale.ROOT), property));
            }
            Property fallback = bySlug.computeIfAbsent(Property.DEFAULT, id -> new Property(id, Set.of()));
            return new Snapshot(Map.copyOf(bySlug), Map.copyOf(byHost), fallback);
        }
    }
}
