package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseUrl.Host;
import com.altcontext.devdb.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a database is reached by TLS, and whether its certificate is verified. */
class DatabaseUrlTlsTest {
    /** The driver's own factory, which reads authorities from a file. */
    private static final String FILES = "org.postgresql.ssl.LibPQFactory";

    @ParameterizedTest
    @ValueSource(strings = {"db.example.com", "ep-1.neon.example", "34.12.1.9", "[2600:1f18::1]", "flympg.net.example"})
    void a_public_host_is_reached_by_tls_only_and_its_certificate_is_verified(String host) throws SQLException {
        assertThat(DatabaseUrlTest.driverSees("postgres://u:p@" + host + "/d"))
                .containsEntry("sslmode", "verify-full")
                .containsEntry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "db",
                "127.0.0.1",
                "[::1]",
                "10.0.0.5",
                "172.30.57.2",
                "192.168.1.1",
                "[fdaa:0:1::3]",
                "app-db.flycast",
                "top2.nearest.of.app-db.internal",
                "App-DB.Internal",
            })
    void on_this_machine_and_on_a_private_network_tls_is_used_if_it_is_offered(String host) throws SQLException {
        assertThat(DatabaseUrlTest.driverSees("postgres://u:p@" + host + "/d"))
                .doesNotContainKey("sslmode")
                .containsEntry("sslfactory", FILES);
    }

    @Test
    void flys_managed_postgres_is_reached_by_tls_only() throws SQLException {
        assertThat(DatabaseUrlTest.driverSees("postgres://u:p@pgbouncer.abc.flympg.net/fly-db"))
                .containsEntry("sslmode", "require")
                .containsEntry("sslfactory", FILES);
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=disable, disable, org.postgresql.ssl.LibPQFactory",
        "sslmode=require, require, org.postgresql.ssl.LibPQFactory",
        "sslmode=verify-ca, verify-ca, org.postgresql.ssl.LibPQFactory",
        "sslmode=verify-full, verify-full, org.postgresql.ssl.DefaultJavaSSLFactory",
        "sslmode=verify-full&sslrootcert=system, verify-full, org.postgresql.ssl.DefaultJavaSSLFactory",
        "sslrootcert=system, verify-full, org.postgresql.ssl.DefaultJavaSSLFactory",
        "sslrootcert=%2Fca.pem, verify-full, org.postgresql.ssl.LibPQFactory",
    })
    void the_tls_options_of_the_url_apply(String options, String mode, String factory) throws SQLException {
        Map<String, String> seen = DatabaseUrlTest.driverSees("postgres://u:p@db.example.com/d?" + options);

        assertThat(seen).containsEntry("sslmode", mode);
        assertThat(seen.get("sslfactory")).isEqualTo(factory);
        assertThat(seen.get("sslrootcert")).isNotEqualTo("system");
    }

    @Test
    void the_file_that_certificates_are_verified_against_must_be_usable(@TempDir Path folder) throws Exception {
        Path empty = Files.createFile(folder.resolve("hidden-empty.pem"));
        Path noCertificate = Files.writeString(folder.resolve("hidden.txt"), "hidden");
        Path good = folder.resolve("authority.pem");
        Files.writeString(good, "-----BEGIN CERTIFICATE-----\n" + anyAuthority() + "\n-----END CERTIFICATE-----\n");

        assertUnusable(
                "sslrootcert=" + folder + "/hidden-nowhere.pem", "names a file in sslrootcert that cannot be read");
        assertUnusable("sslrootcert=" + folder, "names a file in sslrootcert that cannot be read");
        assertUnusable("sslrootcert=" + empty, "names a file in sslrootcert that holds no certificate");
        assertUnusable("sslrootcert=" + noCertificate, "names a file in sslrootcert that holds no certificate");
        assertUnusable("sslmode=verify-ca", "has an sslmode that needs a file in sslrootcert");
        for (String usable : List.of(
                "sslrootcert=" + good,
                "sslmode=verify-ca&sslrootcert=" + good,
                "sslrootcert=system",
                "sslmode=verify-full",
                "sslmode=require&sslrootcert=/nowhere",
                "sslmode=disable&sslrootcert=/nowhere")) {
            DatabaseUrl url = DatabaseUrl.parse("postgres://u:p@db.example.com/d?" + usable);
            assertThat(url.requireAuthorities()).as(usable).isSameAs(url);
        }
    }

    private static void assertUnusable(String options, String fault) {
        DatabaseUrl url = DatabaseUrl.parse("postgres://u:p@db.example.com/d?" + options);
        assertThatIllegalArgumentException()
                .as(options)
                .isThrownBy(url::requireAuthorities)
                .withMessage("the database URL " + fault);
    }

    /** A certificate of the JVM's, in base64. */
    private static String anyAuthority() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        X509TrustManager authorities = (X509TrustManager) factory.getTrustManagers()[0];
        return Base64.getMimeEncoder().encodeToString(authorities.getAcceptedIssuers()[0].getEncoded());
    }

    @Test
    @Tag("single-node") // The images of Citus offer TLS.
    void a_server_without_tls_does_not_get_the_password_where_tls_is_required() {
        DatabaseUrl fresh = DatabaseUrl.parse(TestDatabase.fresh());
        Host host = fresh.hosts().getFirst();
        String outside = DatabaseUrl.parse("postgres://postgres@db.example.com:" + host.port() + "/postgres")
                .jdbcUrl();

        assertThatThrownBy(() -> DriverManager.getConnection(
                        outside.replace("db.example.com", host.name()), fresh.user(), fresh.password()))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused -> assertThat(refused.getSQLState()).isEqualTo("08004"));
    }

    @ParameterizedTest
    @CsvSource({
        "'a.internal,10.0.0.1', ",
        "'a.internal,db.example.com', verify-full",
        "'db.example.com,a.internal', verify-full",
        "'direct.a.flympg.net,a.internal', require",
        "'direct.a.flympg.net,db.example.com', verify-full"
    })
    void the_least_private_of_several_hosts_decides_about_tls(String hosts, @Nullable String mode) {
        assertThat(DatabaseUrl.parse("postgres://u:p@" + hosts + "/d").tls().mode())
                .isEqualTo(Optional.ofNullable(mode));
    }
}
