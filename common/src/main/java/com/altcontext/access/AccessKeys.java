package com.altcontext.access;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Checks access keys for the service. Each check is a look-up in the database, so a revocation takes effect at once on
 * every machine. Operators send few requests, so this costs little.
 */
public final class AccessKeys {
    private static final Duration LAST_USE_PRECISION = Duration.ofMinutes(1);

    private static final String FIND = "SELECT " + AccessKeyStore.COLUMNS
            + " FROM access_keys AS k WHERE k.key_hash = ? AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)";

    private static final String NOTE_USE = "UPDATE access_keys SET last_used_at = ? WHERE id = ?";

    private static final String EXIST = "SELECT EXISTS (SELECT FROM access_keys WHERE revoked_at IS NULL)";

    private final Sql sql;
    private final InstantSource clock;
    private volatile boolean exist;

    public AccessKeys(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /**
     * The key with a secret, if it is neither revoked nor expired.
     *
     * @throws SqlFailure if the database did not answer
     */
    public Optional<AccessKey> find(Secret secret) {
        Instant now = clock.instant();
        Optional<AccessKey> found =
                sql.inTransaction(tx -> tx.queryFirst(FIND, AccessKeyStore::read, secret.hash(), now));
        found.ifPresent(key -> noteUse(key, now));
        return found;
    }

    private void noteUse(AccessKey key, Instant now) {
        Instant last = key.lastUsedAt();
        if (last != null && last.plus(LAST_USE_PRECISION).isAfter(now)) {
            return;
        }
        try {
            sql.inTransaction(tx -> tx.update(NOTE_USE, now, key.id()));
        } catch (SqlFailure readOnly) {
            // A read-only database can still answer the request, without the time of use.
        }
    }

    /** Whether there was any key at the last {@link #refresh}. */
    public boolean exist() {
        return exist;
    }

    /** Asks the database whether there is any key. */
    public void refresh() {
        exist = sql.inTransaction(tx -> tx.queryOne(EXIST, row -> row.flag(1)));
    }
}
