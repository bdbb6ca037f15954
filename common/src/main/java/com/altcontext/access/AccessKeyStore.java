package com.altcontext.access;

import com.altcontext.access.AccessKey.State;
import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.altcontext.value.Text;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Adds, lists and revokes access keys for the operator. Each change is recorded in {@code audit_log}. */
public final class AccessKeyStore {
    private static final int MAX_NAME = 64;

    static final String COLUMNS =
            "k.id, k.name, k.prefix, k.scopes, k.properties, k.is_share, k.created_at, k.expires_at,"
                    + " k.last_used_at, k.revoked_at";

    private static final String LIST = "SELECT " + COLUMNS + " FROM access_keys AS k ORDER BY k.created_at, k.name";

    private static final String ADD = """
            INSERT INTO access_keys (id, name, key_hash, prefix, scopes, properties, is_share, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
            """;

    private static final String UNKNOWN_PROPERTY = """
            SELECT slug FROM unnest(?::text[]) AS slug WHERE slug NOT IN (SELECT id FROM properties) ORDER BY slug LIMIT 1
            """;

    private static final String REVOKE =
            "UPDATE access_keys SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL RETURNING id";

    private AccessKeyStore() {}

    /**
     * A key to be added.
     *
     * @param name 1 to 64 characters in one line
     * @param properties slugs; null for all
     * @param expiresAt null if it does not expire
     */
    public record NewKey(
            String name,
            Set<Scope> scopes,
            @Nullable List<String> properties,
            boolean isShare,
            @Nullable Instant expiresAt) {
        /** @throws Rejected whose paths are the names of options of {@code altops key add} */
        public NewKey {
            Issues issues = new Issues();
            name = name.strip();
            String fault = Text.nameFault(name, MAX_NAME);
            if (fault != null) {
                issues.add("name", fault);
            }
            if (scopes.isEmpty()) {
                issues.add("scope", "is required");
            }
            if (properties != null && properties.isEmpty()) {
                issues.add("property", "must name at least one property, or be absent for all");
            }
            issues.throwIfAny();
            scopes = Set.copyOf(scopes);
            properties = properties == null ? null : List.copyOf(new TreeSet<>(properties));
        }

        /** The key of a share link: figures of one property. */
        public static NewKey ofShare(String name, String property, @Nullable Instant expiresAt) {
            return new NewKey(name, Set.of(Scope.FIGURES_READ), List.of(property), true, expiresAt);
        }
    }

    /** The result of adding a key. */
    public sealed interface KeyAddition {
        /** @param secret is not stored anywhere and can't be read again */
        record Added(AccessKey key, Secret secret) implements KeyAddition {}

        record NameTaken() implements KeyAddition {}

        record UnknownProperty(String slug) implements KeyAddition {}
    }

    /** Adds a key with a new secret. */
    public static KeyAddition add(Tx tx, NewKey wanted, Instant now) {
        String[] properties = wanted.properties == null ? null : wanted.properties.toArray(String[]::new);
        Optional<String> unknown = tx.queryFirst(UNKNOWN_PROPERTY, row -> row.text(1), (Object) properties);
        if (unknown.isPresent()) {
            return new KeyAddition.UnknownProperty(unknown.get());
        }
        UUID id = UUID.randomUUID();
        Secret secret = Secret.newKey();
        int added = tx.update(
                ADD,
                id,
                wanted.name,
                secret.hash(),
                secret.prefix(),
                wanted.scopes.stream().sorted().map(Scope::key).toArray(String[]::new),
                properties,
                wanted.isShare,
                now,
                wanted.expiresAt);
        if (added == 0) {
            return new KeyAddition.NameTaken();
        }
        String only = properties != null && properties.length == 1 ? properties[0] : null;
        AuditLog.add(tx, Caller.altopsForKey(id), AuditLog.Entry.of("key_added", only, 1), now);
        AccessKey key = new AccessKey(
                id,
                wanted.name,
                secret.prefix(),
                wanted.scopes,
                wanted.properties,
                wanted.isShare,
                now,
                wanted.expiresAt,
                null,
                null);
        return new KeyAddition.Added(key, secret);
    }

    /** All keys, oldest first, including those that are expired or revoked. */
    public static List<AccessKey> list(Tx tx) {
        return tx.query(LIST, AccessKeyStore::read);
    }

    /** The active keys that expire before a time. */
    public static List<AccessKey> endingBefore(Tx tx, Instant end, Instant now) {
        return list(tx).stream()
                .filter(key -> key.state(now) == State.ACTIVE
                        && key.expiresAt() != null
                        && key.expiresAt().isBefore(end))
                .toList();
    }

    /**
     * Revokes a key and ends its sessions. This takes effect at once, since each use of a key or a session reads these
     * rows.
     *
     * @return false if no key with that name is left to revoke
     */
    public static boolean revoke(Tx tx, String name, Instant now) {
        Optional<UUID> id = tx.queryFirst(REVOKE, row -> row.id(1), now, name.strip());
        id.ifPresent(revoked -> {
            tx.update("DELETE FROM dashboard_sessions WHERE key_id = ?", revoked);
            AuditLog.add(tx, Caller.altopsForKey(revoked), AuditLog.Entry.of("key_revoked", null, 1), now);
        });
        return id.isPresent();
    }

    static AccessKey read(Row row) throws SQLException {
        EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String scope : row.texts(4)) {
            scopes.add(Scope.named(scope).orElseThrow());
        }
        String[] properties = row.textsOrNull(5);
        return new AccessKey(
                row.id(1),
                row.text(2),
                row.text(3),
                scopes,
                properties == null ? null : Arrays.asList(properties),
                row.flag(6),
                row.time(7),
                row.timeOrNull(8),
                row.timeOrNull(9),
                row.timeOrNull(10));
    }
}
