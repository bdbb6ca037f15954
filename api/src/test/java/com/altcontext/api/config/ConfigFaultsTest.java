package com.altcontext.api.config;

import static com.altcontext.api.config.ConfigCheckTest.faults;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages about variables that are wrong or missing. */
class ConfigFaultsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DATABASE_URL | mysql://user:secret-value@host/db",
                "DATABASE_URL | postgres://user:secret-value@host:port/db",
                "DATABASE_URL | secret-value",
                "DATABASE_URL | postgres://user@host/db?sslrootcert=/nowhere/secret-value",
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
                "MANAGEMENT_PORT | +03000",
                "CLIENT_IP_HEADER | secret-value: x",
                "CLIENT_IP_HEADER | x y",
                "CLIENT_IP_HEADER | X-Real-IP",
                "TRUSTED_PROXIES | 10.0.0.0/8",
                "TRUSTED_PROXIES | secret-value",
                "TRUSTED_PROXIES | 10.0.0.0/33",
                "TRUSTED_PROXIES | 10.0.0.0/8,secret-value",
                "RATE_LIMIT_EVENTS | 99",
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
                "PUBLIC_URL | https://secret-value.example.com?part",
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
                "GEOIP_DATABASE | pom.xml",
                "TRACKER_PATH | /v1/secret-value.js",
                "TRACKER_PATH | /dashboard/secret-value.js",
                "TRACKER_PATH | /a/b/secret-value.js",
                "TRACKER_PATH | /:id/secret-value.js",
                "TRACKER_PATH | secret-value.js",
                "TRACKER_PATH | /secret-value",
                "LOG_LEVEL | secret-value",
                "MAIL_POSTAL_ADDRESS | 'secret-value\nMontr\u00E9al'",
                "MAIL_POSTAL_ADDRESS | secret-value, 1, rue Montr\uFFFD\uFFFDal",
                "IP_HASH_PEPPER | secret-value of Montr\uFFFD\uFFFDal"
            })
    void the_message_about_a_wrong_value_has_the_variable_and_the_rule_but_not_the_value(
            String variable, String value) {
        List<String> faults = faults(Map.of(variable, value));

        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst()).startsWith(variable + " ").doesNotContain("secret-value");
        assertThat(value.length() > 4 && faults.getFirst().contains(value)).isFalse();
    }

    @Test
    void a_missing_variable_is_reported() {
        assertThat(faults(Map.of("DATABASE_URL", "", "IP_HASH_PEPPER", "  ")))
                .satisfiesExactly(
                        database -> assertThat(database).startsWith("DATABASE_URL is missing"),
                        pepper -> assertThat(pepper).startsWith("IP_HASH_PEPPER is missing"));
    }

    @Test
    void all_faults_are_reported_at_once_and_no_message_contains_a_value() {
        Map<String, String> environment = Map.of(
                "IP_HASH_PEPPER", "secret-value",
                "ADMIN_API_KEY", "secret-value",
                "PORT", "secret-value",
                "LOG_LEVEL", "secret-value",
                "TRUSTED_PROXIES", "secret-value");
        List<String> faults = ConfigCheck.faults(environment::get);

        assertThat(faults)
                .extracting(fault -> fault.substring(0, fault.indexOf(' ')))
                .containsExactlyInAnyOrder(
                        "DATABASE_URL", "IP_HASH_PEPPER", "ADMIN_API_KEY", "PORT", "LOG_LEVEL", "TRUSTED_PROXIES");
        assertThat(String.join("; ", faults)).doesNotContain("secret-value").contains("PORT must be");
    }
}
