package com.altcontext.access;

import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.value.KeyedHash;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of people who have signed in to the dashboard. Each request looks up the row of its session, together
 * with the key. So signing out, or revoking or changing the key, ends the session at once on every machine, and for
 * every copy of the cookie.
 */
public final class DashboardSessions {
    public static final Duration LENGTH = Duration.ofHours(8);

    /** The key's columns are null for a session of {@code ADMIN_API_KEY}. */
    private static final String FIND = "SELECT " + AccessKeyStore.COLUMNS + """
            , s.expires_at, k.id IS NULL
            FROM dashboard_sessions AS s LEFT JOIN access_keys AS k ON k.id = s.key_id
            WHERE s.token_hash = ANY (?) AND s.expires_at > ?
              AND (s.admin_key_hash = ? OR (k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?) AND k.id IS NOT NULL))
            ORDER BY s.expires_at DESC LIMIT 1
            """;

    private static final String BEGIN = """
            INSERT INTO dashboard_sessions (token_hash, key_id, admin_key_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
            """;

    private static final String REMOVE_ENDED = "DELETE FROM dashboard_sessions WHERE expires_at <= ?";

    private static final String END = "DELETE FROM dashboard_sessions WHERE token_hash = ANY (?)";

    private final Sql sql;
    private final byte @Nullable [] adminKeyHash;
    private final InstantSource clock;

    /** @param hash with the service's pepper; used for the admin key, which a person may have chosen */
    public DashboardSessions(Sql sql, Optional<String> adminKey, KeyedHash hash, InstantSource clock) {
        this.sql = sql;
        this.adminKeyHash = adminKey.map(key -> hash.of("dashboard\n" + key)).orElse(null);
        this.clock = clock;
    }

    /** A session that has just begun. */
    public record NewSession(Secret token, Instant expiresAt) {}

    /** A session that is still open. */
    public record OpenSession(Permissions permissions, Instant expiresAt) {}

    /**
     * Begins a session. It ends when its key expires, at the latest.
     *
     * @param keyEnd when the key expires; null if it does not
     * @throws SqlFailure if the session could not be stored
     */
    public NewSession begin(Permissions permissions, @Nullable Instant keyEnd) {
        // In whole seconds, so that the row and the answer have the same time.
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant end = now.plus(LENGTH);
        Instant expiresAt = keyEnd != null && keyEnd.isBefore(end) ? keyEnd : end;
        Secret token = Secret.newToken();
        byte[] adminHash = permissions.keyId() == null ? adminKeyHash : null;
        sql.inTransaction(tx -> {
            tx.update(REMOVE_ENDED, now);
            return tx.update(BEGIN, token.hash(), permissions.keyId(), adminHash, now, expiresAt);
        });
        return new NewSession(token, expiresAt);
    }

    /**
     * The open session of one of these tokens; if there are several, the one that expires last.
     *
     * @throws SqlFailure if the database did not answer
     */
    public Optional<OpenSession> find(List<Secret> tokens) {
        Instant now = clock.instant();
        return sql.inTransaction(
                tx -> tx.queryFirst(FIND, DashboardSessions::read, hashes(tokens), now, adminKeyHash, now));
    }

    private static OpenSession read(Row row) throws SQLException {
        Permissions permissions =
                row.flag(12) ? Permissions.ADMIN : AccessKeyStore.read(row).permissions();
        return new OpenSession(permissions, row.time(11));
    }

    /** Ends the sessions of these tokens, on every machine. */
    public void end(List<Secret> tokens) {
        sql.inTransaction(tx -> tx.update(END, (Object) hashes(tokens)));
    }

    private static byte[][] hashes(List<Secret> tokens) {
        return tokens.stream().map(Secret::hash).toArray(byte[][]::new);
    }
}
