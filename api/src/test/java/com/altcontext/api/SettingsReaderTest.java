package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    private static final Map<String, String> LEAST = Map.of(
            "DATABASE_URL", "postgres://user:secret@db.internal:5433/name", "IP_HASH_PEPPER", "0123456789abcdef");

    @Test
    void the_least_configuration_has_the_usual_values() {
        Settings settings = read(Map.of());

        assertThat(settings.database().jdbcUrl()).startsWith("jdbc:postgresql://db.internal:5433/name");
        assertThat(settings.database().user()).isEqualTo("user");
        assertThat(settings.database().password()).isEqualTo("secret");
        assertThat(settings.pepper()).isEqualTo("0123456789abcdef");
        assertThat(settings.adminKey()).isEmpty();
        assertThat(settings.listen()).isEqualTo(new Settings.Listen("0.0.0.0", 3000, 9091));
        assertThat(settings.corsAllowedOrigins()).isEmpty();
        assertThat(settings.clientAddress().onFly()).isFalse();
        assertThat(settings.clientAddress().header()).isEmpty();
        assertThat(settings.clientAddress().trustedProxies()).isEmpty();
        assertThat(settings.perMinute()).containsEntry(Endpoint.Limit.EVENTS, 120);
        assertThat(settings.sessionInactivity()).isEqualTo(Duration.ofMinutes(30));
        assertThat(settings.respectPrivacySignals()).isFalse();
        assertThat(settings.geoipDatabase()).isEmpty();
        assertThat(settings.logLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void every_variable_is_read(@TempDir Path folder) throws Exception {
        Path countries = Files.writeString(folder.resolve("countries.mmdb"), "x");
        Settings settings = read(Map.ofEntries(
                Map.entry("ADMIN_API_KEY", " 0123456789abcdef01234567 "),
                Map.entry("HOST", "127.0.0.1"),
                Map.entry("PORT", "8080"),
                Map.entry("MANAGEMENT_PORT", "0"),
                Map.entry("CORS_ALLOWED_ORIGINS", "https://www.example.com, http://LOCALHOST:8080 ,,"),
                Map.entry("FLY_APP_NAME", "altcontext"),
                Map.entry("CLIENT_IP_HEADER", "X-Real-IP"),
                Map.entry("TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"),
                Map.entry("RATE_LIMIT_EVENTS", "7"),
                Map.entry("SESSION_INACTIVITY_MINUTES", "45"),
                Map.entry("RESPECT_PRIVACY_SIGNALS", "TRUE"),
                Map.entry("GEOIP_DATABASE", countries.toString()),
                Map.entry("LOG_LEVEL", "Debug")));

        assertThat(settings.adminKey()).contains("0123456789abcdef01234567");
        assertThat(settings.listen()).isEqualTo(new Settings.Listen("127.0.0.1", 8080, 0));
        assertThat(settings.corsAllowedOrigins()).containsExactly("https://www.example.com", "http://localhost:8080");
        assertThat(settings.clientAddress().onFly()).isTrue();
        assertThat(settings.clientAddress().header()).contains("X-Real-IP");
        assertThat(settings.clientAddress().trustedProxies())
                .containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8"));
        assertThat(settings.perMinute()).containsEntry(Endpoint.Limit.EVENTS, 7);
        assertThat(settings.sessionInactivity()).isEqualTo(Duration.ofMinutes(45));
        assertThat(settings.respectPrivacySignals()).isTrue();
        assertThat(settings.geoipDatabase()).contains(countries);
        assertThat(settings.logLevel()).isEqualTo(Level.FINE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DATABASE_URL | mysql://user:secret-value@host/db",
                "DATABASE_URL | postgres://user:secret-value@host:port/db",
                "DATABASE_URL | secret-value",
                "IP_HASH_PEPPER | secret-value-15",
                "ADMIN_API_KEY | secret-value-with-23-ch",
                "PORT | -1",
                "PORT | 65536",
                "PORT | secret-value",
                "PORT | 3000.5",
                "PORT | 99999999999999",
                "MANAGEMENT_PORT | secret-value",
                "CORS_ALLOWED_ORIGINS | *",
                "CORS_ALLOWED_ORIGINS | secret-value.example.com",
                "CORS_ALLOWED_ORIGINS | https://secret-value.example.com/",
                "CORS_ALLOWED_ORIGINS | https://secret-value.example.com/path",
                "CORS_ALLOWED_ORIGINS | https://user@secret-value.example.com",
                "CORS_ALLOWED_ORIGINS | ftp://secret-value.example.com",
                "CORS_ALLOWED_ORIGINS | https://ok.example.com,null",
                "CORS_ALLOWED_ORIGINS | https://*.secret-value.com",
                "CLIENT_IP_HEADER | secret-value: x",
                "CLIENT_IP_HEADER | x y",
                "CLIENT_IP_HEADER | X-Real-IP",
                "TRUSTED_PROXIES | 10.0.0.0/8",
                "TRUSTED_PROXIES | secret-value",
                "TRUSTED_PROXIES | 10.0.0.0/33",
                "TRUSTED_PROXIES | 10.0.0.0/8,secret-value",
                "RATE_LIMIT_EVENTS | 0",
                "RATE_LIMIT_EVENTS | secret-value",
                "SESSION_INACTIVITY_MINUTES | 0",
                "SESSION_INACTIVITY_MINUTES | 1441",
                "RESPECT_PRIVACY_SIGNALS | yes",
                "RESPECT_PRIVACY_SIGNALS | secret-value",
                "GEOIP_DATABASE | /nowhere/secret-value",
                "GEOIP_DATABASE | /",
                "LOG_LEVEL | secret-value"
            })
    void a_wrong_value_is_told_by_name_and_rule_and_never_shown(String variable, String value) {
        List<String> faults = faults(Map.of(variable, value));

        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst()).startsWith(variable + " ").doesNotContain("secret-value");
        assertThat(value.length() > 4 && faults.getFirst().contains(value)).isFalse();
    }

    @Test
    void what_is_missing_is_told() {
        assertThat(faults(Map.of("DATABASE_URL", "", "IP_HASH_PEPPER", "  ")))
                .satisfiesExactly(
                        database -> assertThat(database).startsWith("DATABASE_URL is missing"),
                        pepper -> assertThat(pepper).startsWith("IP_HASH_PEPPER is missing"));
    }

    @Test
    void all_faults_are_told_at_once_and_the_message_holds_no_value() {
        Map<String, String> environment = Map.of(
                "IP_HASH_PEPPER", "secret-value",
                "ADMIN_API_KEY", "secret-value",
                "PORT", "secret-value",
                "LOG_LEVEL", "secret-value",
                "TRUSTED_PROXIES", "secret-value");
        SettingsReader.Misconfigured told =
                catchThrowableOfType(SettingsReader.Misconfigured.class, () -> SettingsReader.read(environment::get));

        assertThat(told.faults())
                .extracting(fault -> fault.substring(0, fault.indexOf(' ')))
                .containsExactlyInAnyOrder(
                        "DATABASE_URL", "IP_HASH_PEPPER", "ADMIN_API_KEY", "PORT", "LOG_LEVEL", "TRUSTED_PROXIES");
        assertThat(told).hasMessageNotContaining("secret-value").hasMessageContaining("PORT must be");
    }

    @Test
    void bounds_are_inclusive() {
        assertThat(read(Map.of("PORT", "65535")).listen().port()).isEqualTo(65_535);
        assertThat(read(Map.of("PORT", "0")).listen().port()).isZero();
        assertThat(read(Map.of("SESSION_INACTIVITY_MINUTES", "1440")).sessionInactivity())
                .isEqualTo(Duration.ofDays(1));
        assertThat(read(Map.of("RATE_LIMIT_EVENTS", "1")).perMinute()).containsEntry(Endpoint.Limit.EVENTS, 1);
        assertThat(read(Map.of("ADMIN_API_KEY", "x".repeat(24))).adminKey()).isPresent();
        assertThat(read(Map.of("IP_HASH_PEPPER", "x".repeat(16))).pepper()).hasSize(16);
    }

    private static Settings read(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.putAll(more);
        return SettingsReader.read(environment::get);
    }

    private static List<String> faults(Map<String, String> more) {
        return catchThrowableOfType(SettingsReader.Misconfigured.class, () -> read(more))
                .faults();
    }
}
