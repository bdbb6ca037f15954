package com.altcontext.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.KeyAddition;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.db.Sql;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keys and sessions for tests of the operators' routes. */
public final class SignIn {
    private SignIn() {}

    /** The cookie of a new session of the admin key, as a browser sends it. */
    public static String cookie() {
        return cookie(TestService.ADMIN_KEY);
    }

    /** The cookie of a new session of this key. */
    public static String cookie(String key) {
        Call.Answer answer = Call.of("POST", "/v1/dashboard/session")
                .json(Call.JSON.createObjectNode().put("key", key))
                .send();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Objects.requireNonNull(answer.header("set-cookie")).replaceFirst(";.*", "");
    }

    /**
     * Adds an access key.
     *
     * @return its secret
     */
    public static String key(Sql sql, Set<Scope> scopes, @Nullable String property) {
        return key(
                sql,
                new NewKey(
                        "key " + UUID.randomUUID(), scopes, property == null ? null : List.of(property), false, null));
    }

    /**
     * Adds this access key.
     *
     * @return its secret
     */
    public static String key(Sql sql, NewKey wanted) {
        KeyAddition added = sql.inTransaction(tx -> AccessKeyStore.add(tx, wanted, Instant.now()));
        return ((KeyAddition.Added) added).secret().text();
    }
}
