package com.altcontext.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.client.Cidr;
import com.altcontext.lead.Email;
import com.altcontext.testing.MmdbFile;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigCheckTest {
    private static final Map<String, String> MINIMUM = Map.of(
            "DATABASE_URL", "postgres://user:secret@db.internal:5433/name", "IP_HASH_PEPPER", "0123456789abcdef");

    @Test
    void the_minimal_configuration_has_the_defaults() {
        AppConfig config = read(Map.of());

        assertThat(config.databaseUrl().jdbcUrl()).startsWith("jdbc:postgresql://db.internal:5433/name");
        assertThat(config.databaseUrl().user()).isEqualTo("user");
        assertThat(config.databaseUrl().password()).isEqualTo("secret");
        assertThat(config.ipHashPepper()).isEqualTo("0123456789abcdef");
        assertThat(config.adminApiKey()).isEmpty();
        assertThat(config.listen().host().getHostAddress()).isEqualTo("0.0.0.0");
        assertThat(config.listen().port()).isEqualTo(3000);
        assertThat(config.listen().managementPort()).isEqualTo(9091);
        assertThat(config.corsAllowedOrigins()).isEmpty();
        assertThat(config.clientAddress().isOnFly()).isFalse();
        assertThat(config.clientAddress().header()).isEmpty();
        assertThat(config.clientAddress().proxies()).isEmpty();
        assertThat(config.rateLimits().events()).isEqualTo(120);
        assertThat(config.rateLimits().leadEmails()).isEqualTo(5);
        assertThat(config.rateLimits().redisUrl()).isEmpty();
        assertThat(config.sessions().inactivity()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.sessions().respectPrivacySignals()).isFalse();
        assertThat(config.leads().heuristicLinking()).isFalse();
        assertThat(config.leads().heuristicWindow()).isEqualTo(Duration.ofMinutes(15));
        assertThat(config.leads().impliedConsentMonths()).isEqualTo(6);
        assertThat(config.ownUrl()).isEmpty();
        assertThat(config.leads().unsubscribeSecret()).isEmpty();
        assertThat(config.leads().webhookUrl()).isEmpty();
        assertThat(config.privacy().contactEmail()).isEmpty();
        assertThat(config.privacy().rawEventDays()).isEqualTo(90);
        assertThat(config.privacy().rollupMonths()).isEqualTo(24);
        assertThat(config.metrics().cacheTtl()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.metrics().cacheMaxEntries()).isEqualTo(128);
        assertThat(config.metrics().useMaterializedView()).isFalse();
        assertThat(config.metrics().defaultProperty()).isEmpty();
        assertThat(config.geoipDatabase()).isEmpty();
        assertThat(config.logLevel()).isEqualTo("info");
    }

    @Test
    void a_redis_url_may_have_a_user_a_password_a_port_and_a_database() {
        for (String url : List.of(
                "redis://limits.internal", "rediss://default:a%3Ab+c@[fdaa::3]:6380/12", "redis://:hidden@host/")) {
            assertThat(read(Map.of("RATE_LIMIT_REDIS_URL", url)).rateLimits().redisUrl())
                    .contains(URI.create(url));
        }
    }

    @Test
    void every_variable_is_read(@TempDir Path folder) throws Exception {
        Path countries = new MmdbFile(4)
                .with("192.0.2.0/24", Map.of("country_code", "FR"))
                .writeTo(folder.resolve("c.mmdb"));
        AppConfig config = read(Map.ofEntries(
                Map.entry("ADMIN_API_KEY", " 0123456789abcdef01234567 "),
                Map.entry("HOST", "127.0.0.1"),
                Map.entry("PORT", "8080"),
                Map.entry("MANAGEMENT_PORT", "0"),
                Map.entry("CORS_ALLOWED_ORIGINS", "https://www.example.com, http://LOCALHOST:8080 ,,"),
                Map.entry("FLY_APP_NAME", "altcontext"),
                Map.entry("CLIENT_IP_HEADER", "X-Real-IP"),
                Map.entry("TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"),
                Map.entry("RATE_LIMIT_EVENTS", "700"),
                Map.entry("RATE_LIMIT_BYTES", "100000"),
                Map.entry("SESSION_INACTIVITY_MINUTES", "45"),
                Map.entry("RESPECT_PRIVACY_SIGNALS", "TRUE"),
                Map.entry("GEOIP_DATABASE", countries.toString()),
                Map.entry("TRACKER_PATH", "/js/site.js"),
                Map.entry("LOG_LEVEL", "Debug")));

        assertThat(config.adminApiKey()).contains("0123456789abcdef01234567");
        assertThat(config.listen().host().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(config.listen().port()).isEqualTo(8080);
        assertThat(config.listen().managementPort()).isZero();
        assertThat(config.corsAllowedOrigins())
                .containsExactlyInAnyOrder("https://www.example.com", "http://localhost:8080");
        assertThat(config.clientAddress().isOnFly()).isTrue();
        assertThat(config.clientAddress().header()).contains("X-Real-IP");
        assertThat(config.clientAddress().proxies()).containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8"));
        assertThat(config.rateLimits().events()).isEqualTo(700);
        assertThat(config.rateLimits().bytes()).isEqualTo(100_000);
        assertThat(config.rateLimits().leads()).isEqualTo(24);
        assertThat(config.sessions().inactivity()).isEqualTo(Duration.ofMinutes(45));
        assertThat(config.sessions().respectPrivacySignals()).isTrue();
        assertThat(config.geoipDatabase()).contains(countries);
        assertThat(config.trackerPath()).contains("/js/site.js");
        assertThat(config.logLevel()).isEqualTo("Debug");
    }

    @Test
    void every_variable_about_leads_privacy_and_metrics_is_read() {
        AppConfig config = read(Map.ofEntries(
                Map.entry("ENABLE_HEURISTIC_LINKING", "true"),
                Map.entry("HEURISTIC_LINK_WINDOW_MINUTES", "20"),
                Map.entry("IMPLIED_CONSENT_MONTHS", "12"),
                Map.entry("RATE_LIMIT_LEADS", "3"),
                Map.entry("RATE_LIMIT_LEAD_EMAILS", "2"),
                Map.entry("PUBLIC_URL", "https://api.example.com/"),
                Map.entry("UNSUBSCRIBE_SECRET", "0123456789abcdefg"),
                Map.entry("LEAD_WEBHOOK_URL", "https://crm.example.com/hook/?from=/"),
                Map.entry("LEAD_WEBHOOK_SECRET", "any text without a prefix"),
                Map.entry("SMTP_URL", "smtps://user:password@mail.example.com:465"),
                Map.entry("MAIL_FROM", "Our Site <news@example.com>"),
                Map.entry("NOTIFY_EMAIL", "Team@example.com"),
                Map.entry("PRIVACY_CONTACT_EMAIL", "privacy@example.com"),
                Map.entry("RAW_EVENT_RETENTION_DAYS", "30"),
                Map.entry("ROLLUP_RETENTION_MONTHS", "36"),
                Map.entry("METRICS_SUMMARY_CACHE_TTL_MS", "0"),
                Map.entry("METRICS_SUMMARY_CACHE_MAX_ENTRIES", "9"),
                Map.entry("METRICS_USE_MATERIALIZED_VIEW", "true"),
                Map.entry("QUERY_TIMEOUT_MS", "5000"),
                Map.entry("ROLLUP_DEFAULT_PROPERTY_ID", "main-site")));

        assertThat(config.leads().heuristicLinking()).isTrue();
        assertThat(config.leads().heuristicWindow()).isEqualTo(Duration.ofMinutes(20));
        assertThat(config.leads().impliedConsentMonths()).isEqualTo(12);
        assertThat(config.rateLimits().leads()).isEqualTo(3);
        assertThat(config.rateLimits().leadEmails()).isEqualTo(2);
        assertThat(config.ownUrl()).contains(URI.create("https://api.example.com"));
        assertThat(config.leads().unsubscribeSecret()).contains("0123456789abcdefg");
        assertThat(config.leads().webhookUrl()).contains(URI.create("https://crm.example.com/hook/?from=/"));
        assertThat(config.leads().webhookSecret()).contains("any text without a prefix");
        assertThat(config.privacy().contactEmail()).contains("privacy@example.com");
        assertThat(config.privacy().rawEventDays()).isEqualTo(30);
        assertThat(config.privacy().rollupMonths()).isEqualTo(36);
        assertThat(config.metrics().cacheTtl()).isZero();
        assertThat(config.metrics().queryTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.metrics().cacheMaxEntries()).isEqualTo(9);
        assertThat(config.metrics().useMaterializedView()).isTrue();
        assertThat(config.metrics().defaultProperty()).contains("main-site");
    }

    @Test
    void on_fly_the_public_url_defaults_to_the_address_of_the_application() {
        assertThat(read(Map.of("FLY_APP_NAME", "site")).ownUrl()).contains(URI.create("https://site.fly.dev"));
        assertThat(read(Map.of("FLY_APP_NAME", "site", "PUBLIC_URL", "https://api.example.com"))
                        .ownUrl())
                .contains(URI.create("https://api.example.com"));
    }

    @Test
    void browsers_use_https_on_fly_and_with_an_https_public_url() {
        assertThat(read(Map.of("FLY_APP_NAME", "site", "PUBLIC_URL", "http://localhost:3000"))
                        .isHttps())
                .isTrue();
        assertThat(read(Map.of("PUBLIC_URL", "https://api.example.com")).isHttps())
                .isTrue();
        assertThat(read(Map.of("PUBLIC_URL", "http://localhost:3000")).isHttps())
                .isFalse();
        assertThat(read(Map.of()).isHttps()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DATABASE_URL", "IP_HASH_PEPPER", "ADMIN_API_KEY", "UNSUBSCRIBE_SECRET", "LEAD_WEBHOOK_SECRET"})
    void a_secret_may_be_read_from_a_file(String variable, @TempDir Path folder) throws Exception {
        String secret = variable.equals("DATABASE_URL")
                ? "postgres://another:else@other.internal/name"
                : "what stands in the file, and is long enough";
        Path file = Files.writeString(folder.resolve("secret"), secret + "\n");
        Map<String, String> environment = new HashMap<>(MINIMUM);
        environment.remove(variable);
        environment.put("LEAD_WEBHOOK_URL", "https://crm.example.com");
        environment.putIfAbsent("LEAD_WEBHOOK_SECRET", "any text without a prefix");
        if (variable.equals("LEAD_WEBHOOK_SECRET")) {
            environment.remove(variable);
        }
        environment.put(variable + "_FILE", file.toString());
        AppConfig config = mapped(environment);

        assertThat(
                        switch (variable) {
                            case "DATABASE_URL" -> config.databaseUrl().password();
                            case "IP_HASH_PEPPER" -> config.ipHashPepper();
                            case "ADMIN_API_KEY" -> config.adminApiKey().orElseThrow();
                            case "UNSUBSCRIBE_SECRET" ->
                                config.leads().unsubscribeSecret().orElseThrow();
                            default -> config.leads().webhookSecret().orElseThrow();
                        })
                .isEqualTo(variable.equals("DATABASE_URL") ? "else" : secret);
    }

    @Test
    void a_value_takes_precedence_over_a_file() {
        assertThat(read(Map.of("IP_HASH_PEPPER_FILE", "/nowhere/at-all")).ipHashPepper())
                .isEqualTo("0123456789abcdef");
    }

    @Test
    void a_variable_that_is_not_a_secret_is_not_read_from_a_file() {
        assertThat(read(Map.of("HOST_FILE", "/nowhere/at-all")).listen().host().getHostAddress())
                .isEqualTo("0.0.0.0");
    }

    @Test
    void a_file_that_is_missing_or_empty_or_too_short_is_reported_without_its_path(@TempDir Path folder)
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
    void alerts_need_a_mail_server() {
        assertThat(faults(Map.of("NOTIFY_EMAIL", "team@example.ca")))
                .containsExactly("NOTIFY_EMAIL has no effect without SMTP_URL");
        assertThat(read(Map.of(
                                "SMTP_URL", "smtp://localhost:25",
                                "MAIL_FROM", "news@example.ca",
                                "FLY_APP_NAME", "app",
                                "NOTIFY_EMAIL", "Team@example.ca"))
                        .mail()
                        .notifyAddresses())
                .containsExactly("team@example.ca");
        assertThat(read(Map.of()).mail().notifyAddresses()).isEmpty();
    }

    @Test
    void a_mail_server_needs_a_sender_and_an_address_for_links() {
        assertThat(faults(Map.of("SMTP_URL", "smtp://localhost:25")))
                .containsExactly(
                        "MAIL_FROM is missing: it must be an e-mail address if SMTP_URL is set",
                        "PUBLIC_URL is missing: it must be the address for links in mails if SMTP_URL is set"
                                + " outside Fly");
        assertThat(faults(Map.of("SMTP_URL", "smtp://mail:hidden@", "MAIL_FROM", "hidden", "FLY_APP_NAME", "app")))
                .containsExactlyInAnyOrder(
                        "SMTP_URL must be smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS",
                        "MAIL_FROM must be an e-mail address, or a name with one: Our Site <news@example.ca>");
        assertThat(faults(Map.of("MAIL_FROM", "a \"b\" <x@example.ca>, c <y@example.ca>")))
                .hasSize(1);
        assertThat(read(Map.of(
                                "SMTP_URL", "smtp://localhost:25",
                                "MAIL_FROM", "Café du Nord <news@example.ca>",
                                "FLY_APP_NAME", "app"))
                        .mail()
                        .from())
                .contains(new Mailbox("Café du Nord", new Email("news@example.ca")));
        assertThat(faults(Map.of("MAIL_FROM", "Maple, Inc. <news@example.ca>"))).hasSize(1);
        assertThat(faults(Map.of("MAIL_FROM", "Maple <news@localhost>"))).hasSize(1);
    }

    @Test
    void the_rule_for_origins_names_both_schemes() {
        assertThat(faults(Map.of("CORS_ALLOWED_ORIGINS", "localhost:3000")))
                .containsExactly("CORS_ALLOWED_ORIGINS must be origins separated by commas, each https://host or"
                        + " http://host:port, without a path or the default port");
        assertThat(faults(Map.of("CORS_ALLOWED_ORIGINS", "http://localhost:3000")))
                .isEmpty();
    }

    @Test
    void a_webhook_needs_a_secret() {
        assertThat(faults(Map.of("LEAD_WEBHOOK_URL", "https://crm.example.com")))
                .containsExactly("LEAD_WEBHOOK_SECRET is missing: it must be at least 24 characters if"
                        + " LEAD_WEBHOOK_URL is set");
        assertThat(read(Map.of("LEAD_WEBHOOK_SECRET", "any text without a prefix"))
                        .leads()
                        .webhookUrl())
                .isEmpty();
    }

    @Test
    void bounds_are_inclusive() {
        assertThat(read(Map.of("PORT", "65535")).listen().port()).isEqualTo(65_535);
        assertThat(read(Map.of("PORT", "0")).listen().port()).isZero();
        assertThat(read(Map.of("SESSION_INACTIVITY_MINUTES", "1440")).sessions().inactivity())
                .isEqualTo(Duration.ofDays(1));
        assertThat(read(Map.of("RATE_LIMIT_EVENTS", "100")).rateLimits().events())
                .isEqualTo(100);
        assertThat(read(Map.of("RATE_LIMIT_BYTES", "65536")).rateLimits().bytes())
                .isEqualTo(65_536);
        assertThat(read(Map.of("RATE_LIMIT_BYTES", "2000000000")).rateLimits().bytes())
                .isEqualTo(2_000_000_000);
        assertThat(read(Map.of("ADMIN_API_KEY", "x".repeat(24))).adminApiKey()).isPresent();
        assertThat(read(Map.of("IP_HASH_PEPPER", "x".repeat(16))).ipHashPepper())
                .hasSize(16);
    }

    private static AppConfig read(Map<String, String> more) {
        return mapped(with(more));
    }

    private static Map<String, String> with(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(MINIMUM);
        environment.putAll(more);
        return environment;
    }

    /** Maps the variables to the configuration as Quarkus does. */
    private static AppConfig mapped(Map<String, String> environment) {
        assertThat(ConfigCheck.faults(environment::get)).isEmpty();
        return new SmallRyeConfigBuilder()
                .withSources(VariablesConfigSource.of(environment::get))
                .addDefaultInterceptors()
                .withMapping(AppConfig.class)
                .withValidateUnknown(false)
                .build()
                .getConfigMapping(AppConfig.class);
    }

    static List<String> faults(Map<String, String> more) {
        return ConfigCheck.faults(with(more)::get);
    }
}
