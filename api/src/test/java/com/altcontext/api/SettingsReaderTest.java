package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(settings.limiterRedis()).isEmpty();
        assertThat(settings.sessionInactivity()).isEqualTo(Duration.ofMinutes(30));
        assertThat(settings.respectPrivacySignals()).isFalse();
        assertThat(settings.leads())
                .isEqualTo(new Settings.Leads(
                        false, Duration.ofMinutes(15), 6, 5, Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(settings.privacy()).isEqualTo(new Settings.Privacy(Optional.empty(), 90, 24));
        assertThat(settings.metrics())
                .isEqualTo(new Settings.Metrics(Duration.ofSeconds(15), 128, false, Optional.empty()));
        assertThat(settings.geoipDatabase()).isEmpty();
        assertThat(settings.logLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void a_redis_is_named_by_what_it_needs_alone() {
        assertThat(read(Map.of("RATE_LIMIT_REDIS_URL", "redis://limits.internal"))
                        .limiterRedis())
                .contains(new RedisUrl(false, "limits.internal", 6379, Optional.empty(), Optional.empty(), 0));
        assertThat(read(Map.of("RATE_LIMIT_REDIS_URL", "rediss://default:a%3Ab+c@[fdaa::3]:6380/12"))
                        .limiterRedis())
                .contains(new RedisUrl(true, "fdaa::3", 6380, Optional.of("default"), Optional.of("a:b+c"), 12));
        assertThat(read(Map.of("RATE_LIMIT_REDIS_URL", "redis://:hidden@host/")).limiterRedis())
                .contains(new RedisUrl(false, "host", 6379, Optional.empty(), Optional.of("hidden"), 0))
                .hasToString("Optional[redis://host:6379/0]");
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
                Map.entry("RATE_LIMIT_BYTES", "100000"),
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
        assertThat(settings.perMinute())
                .containsEntry(Endpoint.Limit.EVENTS, 7)
                .containsEntry(Endpoint.Limit.BYTES, 100_000)
                .containsEntry(Endpoint.Limit.LEADS, 24);
        assertThat(settings.sessionInactivity()).isEqualTo(Duration.ofMinutes(45));
        assertThat(settings.respectPrivacySignals()).isTrue();
        assertThat(settings.geoipDatabase()).contains(countries);
        assertThat(settings.logLevel()).isEqualTo(Level.FINE);
    }

    @Test
    void every_variable_about_leads_privacy_and_figures_is_read() {
        Settings settings = read(Map.ofEntries(
                Map.entry("ENABLE_HEURISTIC_LINKING", "true"),
                Map.entry("HEURISTIC_LINK_WINDOW_MINUTES", "20"),
                Map.entry("IMPLIED_CONSENT_MONTHS", "12"),
                Map.entry("RATE_LIMIT_LEADS", "3"),
                Map.entry("RATE_LIMIT_LEAD_EMAILS", "2"),
                Map.entry("PUBLIC_URL", "https://api.example.com/"),
                Map.entry("UNSUBSCRIBE_SECRET", "0123456789abcdefg"),
                Map.entry("LEAD_WEBHOOK_URL", "https://crm.example.com/hook/?from=/"),
                Map.entry("LEAD_WEBHOOK_SECRET", "any text without a prefix"),
                Map.entry("PRIVACY_CONTACT_EMAIL", "privacy@example.com"),
                Map.entry("RAW_EVENT_RETENTION_DAYS", "30"),
                Map.entry("ROLLUP_RETENTION_MONTHS", "36"),
                Map.entry("METRICS_SUMMARY_CACHE_TTL_MS", "0"),
                Map.entry("METRICS_SUMMARY_CACHE_MAX_ENTRIES", "9"),
                Map.entry("METRICS_USE_MATERIALIZED_VIEW", "true"),
                Map.entry("ROLLUP_DEFAULT_PROPERTY_ID", "main-site")));

        assertThat(settings.leads())
                .isEqualTo(new Settings.Leads(
                        true,
                        Duration.ofMinutes(20),
                        12,
                        2,
                        Optional.of(URI.create("https://api.example.com")),
                        Optional.of("0123456789abcdefg"),
                        Optional.of(new Settings.Webhook(
                                URI.create("https://crm.example.com/hook/?from=/"), "any text without a prefix"))));
        assertThat(settings.perMinute()).containsEntry(Endpoint.Limit.LEADS, 3);
        assertThat(settings.privacy()).isEqualTo(new Settings.Privacy(Optional.of("privacy@example.com"), 30, 36));
        assertThat(settings.metrics())
                .isEqualTo(new Settings.Metrics(Duration.ZERO, 9, true, Optional.of("main-site")));
    }

    @Test
    void on_fly_the_public_address_is_the_applications_own_unless_another_is_given() {
        assertThat(read(Map.of("FLY_APP_NAME", "site")).leads().publicUrl())
                .contains(URI.create("https://site.fly.dev"));
        assertThat(read(Map.of("FLY_APP_NAME", "site", "PUBLIC_URL", "https://api.example.com"))
                        .leads()
                        .publicUrl())
                .contains(URI.create("https://api.example.com"));
    }

    @Test
    void browsers_come_by_https_on_fly_and_where_the_public_address_says_so() {
        assertThat(read(Map.of("FLY_APP_NAME", "site", "PUBLIC_URL", "http://localhost:3000"))
                        .https())
                .isTrue();
        assertThat(read(Map.of("PUBLIC_URL", "https://api.example.com")).https())
                .isTrue();
        assertThat(read(Map.of("PUBLIC_URL", "http://localhost:3000")).https()).isFalse();
        assertThat(read(Map.of()).https()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DATABASE_URL", "IP_HASH_PEPPER", "ADMIN_API_KEY", "UNSUBSCRIBE_SECRET", "LEAD_WEBHOOK_SECRET"})
    void a_secret_may_come_in_a_file(String variable, @TempDir Path folder) throws Exception {
        String secret = variable.equals("DATABASE_URL")
                ? "postgres://somebody:else@other.internal/name"
                : "what stands in the file, and is long enough";
        Path file = Files.writeString(folder.resolve("secret"), secret + "\n");
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.remove(variable);
        environment.put("LEAD_WEBHOOK_URL", "https://crm.example.com");
        environment.putIfAbsent("LEAD_WEBHOOK_SECRET", "any text without a prefix");
        if (variable.equals("LEAD_WEBHOOK_SECRET")) {
            environment.remove(variable);
        }
        environment.put(variable + "_FILE", file.toString());
        Settings settings = SettingsReader.read(environment::get);

        assertThat(
                        switch (variable) {
                            case "DATABASE_URL" -> settings.database().password();
                            case "IP_HASH_PEPPER" -> settings.pepper();
                            case "ADMIN_API_KEY" -> settings.adminKey().orElseThrow();
                            case "UNSUBSCRIBE_SECRET" ->
                                settings.leads().unsubscribeSecret().orElseThrow();
                            default -> settings.leads().webhook().orElseThrow().secret();
                        })
                .isEqualTo(variable.equals("DATABASE_URL") ? "else" : secret);
    }

    @Test
    void what_is_said_outright_goes_before_a_file() {
        assertThat(read(Map.of("IP_HASH_PEPPER_FILE", "/nowhere/at-all")).pepper())
                .isEqualTo("0123456789abcdef");
    }

    @Test
    void a_variable_that_is_no_secret_does_not_come_in_a_file() {
        assertThat(read(Map.of("HOST_FILE", "/nowhere/at-all")).listen().host()).isEqualTo("0.0.0.0");
    }

    @Test
    void a_file_that_is_missing_or_empty_or_holds_too_little_is_told_without_where_it_is(@TempDir Path folder)
            throws Exception {
        Path empty = Files.writeString(folder.resolve("secret-value-empty"), " \n");
        Path little = Files.writeString(folder.resolve("secret-value-little"), "secret-value");
        for (String unread : List.of("/nowhere/secret-value", folder.toString(), empty.toString(), "secret-value\0")) {
            assertThat(faults(Map.of("ADMIN_API_KEY_FILE", unread)))
                    .containsExactly("ADMIN_API_KEY_FILE must be a file that can be read and is not empty");
        }
        assertThat(faults(Map.of("ADMIN_API_KEY_FILE", little.toString())))
                .containsExactly("ADMIN_API_KEY must be at least 24 characters");
        assertThat(faults(Map.of("DATABASE_URL", "", "DATABASE_URL_FILE", empty.toString())))
                .contains("DATABASE_URL_FILE must be a file that can be read and is not empty")
                .noneSatisfy(fault -> assertThat(fault).contains("secret-value"));
    }

    @Test
    void a_webhook_needs_a_secret() {
        assertThat(faults(Map.of("LEAD_WEBHOOK_URL", "https://crm.example.com")))
                .containsExactly("LEAD_WEBHOOK_SECRET is missing: it must be at least 24 characters, wherever"
                        + " LEAD_WEBHOOK_URL is set");
        assertThat(read(Map.of("LEAD_WEBHOOK_SECRET", "any text without a prefix"))
                        .leads()
                        .webhook())
                .isEmpty();
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
                "CORS_ALLOWED_ORIGINS | https://secret-value.example.com:443",
                "CORS_ALLOWED_ORIGINS | http://secret-value.example.com:80",
                "HOST | secret-value!",
                "MANAGEMENT_PORT | 3000",
                "CLIENT_IP_HEADER | secret-value: x",
                "CLIENT_IP_HEADER | x y",
                "CLIENT_IP_HEADER | X-Real-IP",
                "TRUSTED_PROXIES | 10.0.0.0/8",
                "TRUSTED_PROXIES | secret-value",
                "TRUSTED_PROXIES | 10.0.0.0/33",
                "TRUSTED_PROXIES | 10.0.0.0/8,secret-value",
                "RATE_LIMIT_EVENTS | 0",
                "RATE_LIMIT_BYTES | 65535",
                "RATE_LIMIT_BYTES | 2000000001",
                "RATE_LIMIT_BYTES | secret-value",
                "RATE_LIMIT_REDIS_URL | secret-value:6379",
                "RATE_LIMIT_REDIS_URL | http://secret-value",
                "RATE_LIMIT_REDIS_URL | redis://secret-value@host",
                "RATE_LIMIT_REDIS_URL | redis://host/secret-value",
                "RATE_LIMIT_REDIS_URL | redis://host?secret-value",
                "RATE_LIMIT_EVENTS | secret-value",
                "SESSION_INACTIVITY_MINUTES | 0",
                "SESSION_INACTIVITY_MINUTES | 1441",
                "RESPECT_PRIVACY_SIGNALS | yes",
                "RESPECT_PRIVACY_SIGNALS | secret-value",
                "RATE_LIMIT_LEADS | 0",
                "RATE_LIMIT_LEAD_EMAILS | 0",
                "ENABLE_HEURISTIC_LINKING | secret-value",
                "HEURISTIC_LINK_WINDOW_MINUTES | 0",
                "HEURISTIC_LINK_WINDOW_MINUTES | 1441",
                "IMPLIED_CONSENT_MONTHS | 0",
                "IMPLIED_CONSENT_MONTHS | 25",
                "PUBLIC_URL | http://secret-value.example.com",
                "PUBLIC_URL | https://user@secret-value.example.com",
                "PUBLIC_URL | https://secret-value.example.com/#part",
                "PUBLIC_URL | https:///secret-value",
                "PUBLIC_URL | secret-value",
                "PUBLIC_URL | https://secret-value.example.com/{",
                "UNSUBSCRIBE_SECRET | secret-value-15",
                "LEAD_WEBHOOK_URL | http://secret-value.example.com",
                "LEAD_WEBHOOK_URL | ftp://localhost/secret-value",
                "LEAD_WEBHOOK_SECRET | secret-value-with-23-ch",
                "LEAD_WEBHOOK_SECRET | whsec_secret-value-that-is-not-base64",
                "PRIVACY_CONTACT_EMAIL | secret-value",
                "RAW_EVENT_RETENTION_DAYS | 7",
                "RAW_EVENT_RETENTION_DAYS | 3651",
                "ROLLUP_RETENTION_MONTHS | 0",
                "ROLLUP_RETENTION_MONTHS | 241",
                "METRICS_SUMMARY_CACHE_TTL_MS | -1",
                "METRICS_SUMMARY_CACHE_TTL_MS | 3600001",
                "METRICS_SUMMARY_CACHE_MAX_ENTRIES | 10001",
                "METRICS_USE_MATERIALIZED_VIEW | secret-value",
                "ROLLUP_DEFAULT_PROPERTY_ID | Secret-Value",
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
        assertThat(read(Map.of("RATE_LIMIT_BYTES", "65536")).perMinute()).containsEntry(Endpoint.Limit.BYTES, 65_536);
        assertThat(read(Map.of("RATE_LIMIT_BYTES", "2000000000")).perMinute())
                .containsEntry(Endpoint.Limit.BYTES, 2_000_000_000);
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
