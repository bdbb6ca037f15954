package com.altcontext.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.access.AccessKeyStore.KeyAddition;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import com.altcontext.value.Issue;
import com.altcontext.value.KeyedHash;
import com.altcontext.value.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys and sessions on two machines that only share the database. */
class AccessKeyStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Set<Scope> FIGURES = Set.of(Scope.FIGURES_READ);
    private static final KeyedHash HASH = new KeyedHash("a pepper for tests only");
    private static final Optional<String> ADMIN_KEY = Optional.of("an admin key for tests only");

    private final Database database = Database.migrated();
    private final Sql here = database.sql();
    private final Sql there = database.anotherMachine();

    private static AccessKeys keys(Sql sql, Instant now) {
        return new AccessKeys(sql, InstantSource.fixed(now));
    }

    private static DashboardSessions sessions(Sql sql, Instant now) {
        return new DashboardSessions(sql, ADMIN_KEY, HASH, InstantSource.fixed(now));
    }

    private KeyAddition addition(NewKey wanted) {
        return here.inTransaction(tx -> AccessKeyStore.add(tx, wanted, NOW));
    }

    private KeyAddition.Added add(String name, @Nullable Instant end) {
        return (KeyAddition.Added) addition(new NewKey(name, FIGURES, null, false, end));
    }

    private boolean revoke(String name) {
        return here.inTransaction(tx -> AccessKeyStore.revoke(tx, name, NOW));
    }

    private DashboardSessions.NewSession begin(KeyAddition.Added added) {
        return sessions(here, NOW).begin(added.key().permissions(), added.key().expiresAt());
    }

    @Test
    void only_the_sha_256_of_a_key_is_stored_and_the_key_works_on_every_machine() {
        database.run("INSERT INTO properties (id, name) VALUES ('docs', 'Docs')");
        KeyAddition.Added added = (KeyAddition.Added) addition(new NewKey(
                " looker ",
                Set.of(Scope.LEADS_READ, Scope.FIGURES_READ),
                List.of("docs", "default", "docs"),
                false,
                null));
        String secret = added.secret().text();

        assertThat(secret).matches("altc_[A-Za-z0-9_-]{43}");
        List<String> rows = database.texts(
                "SELECT (to_jsonb(k) - 'id')::text FROM access_keys k WHERE key_hash = sha256(convert_to(?, 'UTF8'))",
                secret);
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst())
                .doesNotContain(secret)
                .contains("\"name\": \"looker\"", "\"prefix\": \"" + secret.substring(0, 10) + "\"")
                .contains("\"scopes\": [\"figures:read\", \"leads:read\"]", "\"properties\": [\"default\", \"docs\"]");
        assertThat(added.secret().toString()).doesNotContain(secret);
        Permissions permissions =
                keys(there, NOW).find(added.secret()).orElseThrow().permissions();
        assertThat(permissions.scopes()).contains(Scope.LEADS_READ).doesNotContain(Scope.LEADS_DELETE);
        assertThat(permissions.include("docs")).isTrue();
        assertThat(permissions.include("other")).isFalse();
        assertThat(permissions.include(null)).as("all properties together").isFalse();
        assertThat(keys(there, NOW).find(Secret.newKey())).isEmpty();
    }

    @Test
    void a_revoked_key_and_its_sessions_end_at_once_on_the_other_machine() {
        KeyAddition.Added leaving = add("leaving", null);
        Secret cookie = begin(leaving).token();
        Secret other = begin(add("staying", null)).token();
        assertThat(sessions(there, NOW).find(List.of(cookie))).isPresent();

        assertThat(revoke("leaving")).isTrue();

        assertThat(keys(there, NOW).find(leaving.secret())).isEmpty();
        assertThat(sessions(there, NOW).find(List.of(cookie))).isEmpty();
        assertThat(sessions(there, NOW).find(List.of(cookie, other))).isPresent();
        assertThat(database.count("SELECT count(*) FROM dashboard_sessions"))
                .as("the session's row is deleted")
                .isEqualTo(1);
        assertThat(sessions(there, NOW).find(List.of(begin(leaving).token())))
                .as("a session that begins although the key is revoked")
                .isEmpty();
        assertThat(revoke("leaving")).as("revoking the key again").isFalse();
        assertThat(add("leaving", null).key().name()).as("the name is free").isEqualTo("leaving");
    }

    @Test
    void signing_out_on_one_machine_ends_a_copy_of_the_cookie_on_the_other() {
        Secret cookie = sessions(here, NOW).begin(Permissions.ADMIN, null).token();
        assertThat(sessions(there, NOW).find(List.of(cookie)).orElseThrow().permissions())
                .isEqualTo(Permissions.ADMIN);

        sessions(here, NOW).end(List.of(cookie));

        assertThat(sessions(there, NOW).find(List.of(cookie))).isEmpty();
    }

    @Test
    void keys_and_sessions_expire_at_their_time() {
        Instant end = NOW.plus(Duration.ofHours(2));
        KeyAddition.Added brief = add("brief", end);
        DashboardSessions.NewSession session = begin(brief);
        DashboardSessions.NewSession ofAdmin = sessions(here, NOW).begin(Permissions.ADMIN, null);

        assertThat(session.expiresAt()).isEqualTo(end);
        assertThat(ofAdmin.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(8)));
        assertThat(keys(here, end.minusSeconds(1)).find(brief.secret())).isPresent();
        assertThat(keys(here, end).find(brief.secret())).isEmpty();
        assertThat(sessions(here, end.minusSeconds(1)).find(List.of(session.token())))
                .isPresent();
        assertThat(sessions(here, end).find(List.of(session.token()))).isEmpty();
        assertThat(sessions(here, ofAdmin.expiresAt()).find(List.of(ofAdmin.token())))
                .isEmpty();
        var _ = sessions(here, ofAdmin.expiresAt()).begin(Permissions.ADMIN, null);
        assertThat(database.count("SELECT count(*) FROM dashboard_sessions"))
                .as("sessions that expired are deleted")
                .isEqualTo(1);
    }

    @Test
    void a_new_admin_key_ends_the_sessions_of_the_old_one_and_no_others() {
        Secret ofAdmin = sessions(here, NOW).begin(Permissions.ADMIN, null).token();
        Secret ofKey = begin(add("key", null)).token();
        for (Optional<String> changed : List.of(Optional.of("another admin key for tests"), Optional.<String>empty())) {
            DashboardSessions after = new DashboardSessions(there, changed, HASH, InstantSource.fixed(NOW));

            assertThat(after.find(List.of(ofAdmin))).isEmpty();
            assertThat(after.find(List.of(ofKey))).isPresent();
        }
    }

    @Test
    void the_last_use_is_written_once_a_minute() {
        Secret secret = add("used", null).secret();
        for (int second : List.of(0, 30, 59)) {
            var _ = keys(here, NOW.plusSeconds(second)).find(secret);
        }
        assertThat(lastUse()).isEqualTo(NOW);
        var _ = keys(here, NOW.plusSeconds(60)).find(secret);
        assertThat(lastUse()).isEqualTo(NOW.plusSeconds(60));
    }

    private @Nullable Instant lastUse() {
        return here.inTransaction(AccessKeyStore::list).getFirst().lastUsedAt();
    }

    @Test
    void a_refresh_finds_out_whether_there_is_any_key() {
        AccessKeys keys = keys(there, NOW);
        keys.refresh();
        assertThat(keys.exist()).isFalse();
        var _ = add("first", null);
        keys.refresh();
        assertThat(keys.exist()).isTrue();
        var _ = revoke("first");
        keys.refresh();
        assertThat(keys.exist()).isFalse();
    }

    @Test
    void a_taken_name_an_unknown_property_and_an_incomplete_key_are_refused() {
        var _ = add("taken", null);

        assertThat(addition(new NewKey("taken", FIGURES, null, false, null))).isEqualTo(new KeyAddition.NameTaken());
        assertThat(addition(new NewKey("new", FIGURES, List.of("default", "unheard-of"), false, null)))
                .isEqualTo(new KeyAddition.UnknownProperty("unheard-of"));
        assertThatThrownBy(() -> new NewKey(" ", Set.of(), List.of(), false, null))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.issues())
                                .extracting(Issue::path)
                                .containsExactly("name", "scope", "property"));
    }

    @Test
    void added_and_revoked_keys_are_in_the_audit_log() {
        NewKey link = NewKey.ofShare("link", "default", NOW.plusSeconds(60));
        KeyAddition.Added added = (KeyAddition.Added) addition(link);
        var _ = revoke("link");

        assertThat(database.texts("""
                        SELECT concat_ws(' ', done_by, action, property_id, row_count, key_id) FROM audit_log ORDER BY id
                        """))
                .containsExactly(
                        "altops key_added default 1 " + added.key().id(),
                        "altops key_revoked 1 " + added.key().id());
    }

    @Test
    void only_active_keys_are_listed_as_ending_soon() {
        Instant soon = NOW.plus(Duration.ofDays(3));
        var _ = add("soon", soon);
        var _ = add("later", NOW.plus(Duration.ofDays(30)));
        var _ = add("endless", null);
        var _ = add("ended", NOW.minusSeconds(1));
        var _ = add("revoked", soon);
        var _ = revoke("revoked");

        List<AccessKey> ending =
                here.inTransaction(tx -> AccessKeyStore.endingBefore(tx, NOW.plus(Duration.ofDays(14)), NOW));
        assertThat(ending).extracting(AccessKey::name).containsExactly("soon");
        assertThat(ending.getFirst().state(soon.minusMillis(1))).isEqualTo(AccessKey.State.ACTIVE);
        assertThat(ending.getFirst().state(soon)).isEqualTo(AccessKey.State.EXPIRED);
    }
}
