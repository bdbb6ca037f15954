package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.KeyAddition;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two services on one database: a session or key that ends on one ends on the other at once. */
class TwoMachinesIT {
    private static final String SESSION = "/v1/dashboard/session";
    private static final String PROPERTIES = "/v1/dashboard/properties";

    private final Database database = Database.migrated();
    private final Sql sql = database.sql();

    private static String signIn(PackagedService service, String key) throws IOException {
        return Objects.requireNonNull(
                        service.post(SESSION, "{\"key\":\"" + key + "\"}").header("set-cookie"))
                .replaceFirst(";.*", "");
    }

    private static int status(PackagedService service, String header, String value) throws IOException {
        return service.ask("GET", PROPERTIES, "", Map.of(header, value)).status();
    }

    @Test
    void signing_out_and_revoking_a_key_take_effect_on_both_services() throws IOException {
        Map<String, String> variables = Map.of("ADMIN_API_KEY", TestService.ADMIN_KEY);
        NewKey wanted = new NewKey("looker", Set.of(Scope.FIGURES_READ), null, false, null);
        KeyAddition added = sql.inTransaction(tx -> AccessKeyStore.add(tx, wanted, Instant.now()));
        String key = ((KeyAddition.Added) added).secret().text();
        try (PackagedService one = PackagedService.on(database.url(), variables);
                PackagedService other = PackagedService.on(database.url(), variables)) {
            String ofAdmin = signIn(one, TestService.ADMIN_KEY);
            String ofKey = signIn(one, key);
            assertThat(status(other, "cookie", ofAdmin)).isEqualTo(200);
            assertThat(status(other, "cookie", ofKey)).isEqualTo(200);
            assertThat(status(other, "x-admin-key", key)).isEqualTo(200);

            one.ask("DELETE", SESSION, "", Map.of("cookie", ofAdmin));
            sql.inTransaction(tx -> AccessKeyStore.revoke(tx, "looker", Instant.now()));

            for (PackagedService service : new PackagedService[] {one, other}) {
                assertThat(status(service, "cookie", ofAdmin)).isEqualTo(401);
                assertThat(status(service, "cookie", ofKey)).isEqualTo(401);
                assertThat(status(service, "x-admin-key", key)).isEqualTo(401);
            }
        }
    }
}
