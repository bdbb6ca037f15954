package com.altcontext.property;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Row;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.value.Rejected;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds, changes, lists and removes properties for the operator. The running service sees a change within seconds. */
public final class PropertyStore {
    /** The statement for the different time zones of all properties. */
    public static final String ZONES = "SELECT DISTINCT time_zone FROM properties";

    private static final String COLUMNS =
            "id, name, domains, time_zone, excluded_networks, excluded_paths, own_hosts_only, created_at, confirm";

    /** Without this lock, two transactions at the same time could both find a domain free. */
    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.properties");

    private static final String CLAIMED = """
            SELECT domain, id FROM properties, unnest(domains) AS domain
            WHERE domain = ANY (?::text[]) AND id <> ? ORDER BY domain LIMIT 1
            """;

    private static final String WRITE = """
            UPDATE properties
            SET name = coalesce(?, name), domains = coalesce(?, domains), time_zone = coalesce(?, time_zone),
                excluded_networks = coalesce(?, excluded_networks), excluded_paths = coalesce(?, excluded_paths),
                own_hosts_only = coalesce(?, own_hosts_only),
                confirm = coalesce(?, confirm)
            WHERE id = ?
            RETURNING %s
            """.formatted(COLUMNS);

    /**
     * Removes a property from the keys that are limited to properties. A key for this property alone must give access
     * neither to a later property with the same slug nor to all properties.
     */
    private static final String REMOVE_FROM_KEYS =
            "UPDATE access_keys SET properties = array_remove(properties, ?) WHERE ? = ANY (properties)";

    private PropertyStore() {}

    /** A property as it is stored; see {@link PropertySettings}. */
    public record StoredProperty(
            String slug,
            String name,
            List<String> domains,
            String timeZone,
            List<String> excludedNetworks,
            List<String> excludedPaths,
            boolean ownHostsOnly,
            Instant createdAt,
            boolean confirm) {
        private static StoredProperty read(Row row) throws SQLException {
            return new StoredProperty(
                    row.text(1),
                    row.text(2),
                    List.of(row.texts(3)),
                    row.text(4),
                    List.of(row.texts(5)),
                    List.of(row.texts(6)),
                    row.flag(7),
                    row.time(8),
                    row.flag(9));
        }
    }

    /**
     * A requested domain belongs to another property, and a host can belong to only one. Nothing was changed.
     *
     * @param owner the slug of that property
     */
    public record Claim(String domain, String owner) implements PropertyAddition, PropertyChange {}

    /** The result of adding a property. */
    public sealed interface PropertyAddition {
        record Added(StoredProperty property) implements PropertyAddition {}

        record SlugTaken() implements PropertyAddition {}
    }

    /** The result of removing a property. */
    public sealed interface PropertyRemoval {
        record Removed() implements PropertyRemoval {}

        record Unknown() implements PropertyRemoval {}

        /** The property {@code default} can't be removed: it gets all traffic that belongs to no other property. */
        record Needed() implements PropertyRemoval {}

        record InUse(long visitors, long leads) implements PropertyRemoval {}
    }

    /** The result of changing a property. */
    public sealed interface PropertyChange {
        /** @param settings the names of the changed settings, such as {@code time_zone} */
        record Changed(StoredProperty property, List<String> settings) implements PropertyChange {}

        record Unknown() implements PropertyChange {}
    }

    /** All properties, the oldest first. */
    public static List<StoredProperty> list(Tx tx) {
        return tx.query("SELECT " + COLUMNS + " FROM properties ORDER BY created_at, id", StoredProperty::read);
    }

    private static Optional<StoredProperty> find(Tx tx, String slug) {
        return tx.queryFirst("SELECT " + COLUMNS + " FROM properties WHERE id = ?", StoredProperty::read, slug);
    }

    /**
     * Adds a property.
     *
     * @param wanted must have a name
     * @throws Rejected if the database does not know the time zone, or if only pages on own hosts count and there are
     *     none
     * @throws SqlFailure if the database refused
     */
    public static PropertyAddition add(Tx tx, PropertySettings wanted) {
        LOCK.take(tx);
        requireTimeZone(tx, wanted);
        if (find(tx, wanted.slug()).isPresent()) {
            return new PropertyAddition.SlugTaken();
        }
        Optional<Claim> taken = claimed(tx, wanted);
        if (taken.isPresent()) {
            return taken.get();
        }
        tx.update("INSERT INTO properties (id, name) VALUES (?, ?)", wanted.slug(), wanted.name());
        return new PropertyAddition.Added(write(tx, wanted));
    }

    /**
     * Changes the given settings, and records each change in {@code audit_log}.
     *
     * @throws Rejected if the database does not know the time zone, or if only pages on own hosts count and there are
     *     none
     * @throws SqlFailure if the database refused
     */
    public static PropertyChange set(Tx tx, PropertySettings wanted, Instant at) {
        LOCK.take(tx);
        Optional<StoredProperty> before = find(tx, wanted.slug());
        if (before.isEmpty()) {
            return new PropertyChange.Unknown();
        }
        requireTimeZone(tx, wanted);
        Optional<Claim> taken = claimed(tx, wanted);
        if (taken.isPresent()) {
            return taken.get();
        }
        StoredProperty after = write(tx, wanted);
        List<String> changed = new ArrayList<>();
        note(changed, "name", before.get().name, after.name);
        note(changed, "domains", before.get().domains, after.domains);
        note(changed, "time_zone", before.get().timeZone, after.timeZone);
        note(changed, "excluded_networks", before.get().excludedNetworks, after.excludedNetworks);
        note(changed, "excluded_paths", before.get().excludedPaths, after.excludedPaths);
        note(changed, "own_hosts_only", before.get().ownHostsOnly, after.ownHostsOnly);
        note(changed, "confirm", before.get().confirm, after.confirm);
        for (String setting : changed) {
            AuditLog.add(tx, Caller.ALTOPS, AuditLog.Entry.of("property_" + setting, wanted.slug(), 1), at);
        }
        return new PropertyChange.Changed(after, changed);
    }

    private static void note(List<String> changed, String setting, Object before, Object after) {
        if (!before.equals(after)) {
            changed.add(setting);
        }
    }

    private static StoredProperty write(Tx tx, PropertySettings wanted) {
        StoredProperty written = tx.queryOne(
                WRITE,
                StoredProperty::read,
                wanted.name(),
                array(wanted.domains()),
                wanted.timeZone(),
                array(wanted.excludedNetworks()),
                array(wanted.excludedPaths()),
                wanted.ownHostsOnly(),
                wanted.confirm(),
                wanted.slug());
        if (written.ownHostsOnly && written.domains.isEmpty()) {
            throw Rejected.of("ownHostsOnly", "needs a domain, or all events would be dropped");
        }
        return written;
    }

    private static String @Nullable [] array(@Nullable List<String> entries) {
        return entries == null ? null : entries.toArray(String[]::new);
    }

    /** A requested domain that belongs to another property. */
    private static Optional<Claim> claimed(Tx tx, PropertySettings wanted) {
        return tx.queryFirst(
                CLAIMED, row -> new Claim(row.text(1), row.text(2)), array(wanted.domains()), wanted.slug());
    }

    /** The JDK applies the zone's rules in this program, and the database in statements, so both must know the zone. */
    private static void requireTimeZone(Tx tx, PropertySettings wanted) {
        if (wanted.timeZone() != null
                && tx.query("SELECT true FROM pg_timezone_names WHERE name = ?", row -> true, wanted.timeZone())
                        .isEmpty()) {
            throw Rejected.of("timeZone", "is a zone that the database does not know");
        }
    }

    /**
     * Removes a property that has neither visitors nor leads. Its rollups stay until their retention period ends,
     * except those of its goals, which are deleted.
     *
     * @throws SqlFailure if the database refused
     */
    public static PropertyRemoval remove(Tx tx, String slug) {
        LOCK.take(tx);
        if (find(tx, slug).isEmpty()) {
            return new PropertyRemoval.Unknown();
        }
        if (slug.equals(Property.DEFAULT)) {
            return new PropertyRemoval.Needed();
        }
        PropertyRemoval.InUse use =
                tx.queryOne("""
                        SELECT (SELECT count(*) FROM visitors WHERE property_id = ?),
                               (SELECT count(*) FROM leads WHERE property_id = ?)
                        """, row -> new PropertyRemoval.InUse(row.number(1), row.number(2)), slug, slug);
        if (use.visitors + use.leads > 0) {
            return use;
        }
        tx.update(REMOVE_FROM_KEYS, slug, slug);
        tx.update("DELETE FROM daily_goal_rollups WHERE property_id = ?", slug);
        tx.update("DELETE FROM properties WHERE id = ?", slug);
        return new PropertyRemoval.Removed();
    }
}
