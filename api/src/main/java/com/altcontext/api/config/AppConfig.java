package com.altcontext.api.config;

import com.altcontext.client.Cidr;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadRules;
import com.altcontext.retention.RetentionPolicy;
import com.altcontext.value.KeyedHash;
import com.altcontext.value.SecureUrl;
import com.altcontext.visit.SessionRule;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The configuration of the service. Every value comes from an environment variable, which {@link Variable} names; a
 * blank one counts as absent. {@link ConfigCheck} reports all faults together before anything starts.
 * docs/configuration.md lists them.
 */
@ConfigMapping(prefix = AppConfig.PREFIX)
public interface AppConfig {
    @Variable(value = "DATABASE_URL", rule = Rule.DATABASE_URL, secret = true)
    DatabaseUrl databaseUrl();

    /** The secret under which addresses and user agents are hashed. */
    @Variable(value = "IP_HASH_PEPPER", rule = Rule.SECRET, secret = true, min = KeyedHash.MIN_SECRET_LENGTH)
    String ipHashPepper();

    /** The key that has all scopes. Without it, and without any access key, operators' routes answer 503. */
    @Variable(value = "ADMIN_API_KEY", rule = Rule.SECRET, secret = true, min = 24)
    Optional<String> adminApiKey();

    Listen listen();

    /** The origins whose pages may read the answers of public routes. */
    @Variable(value = "CORS_ALLOWED_ORIGINS", rule = Rule.ORIGINS)
    Optional<Set<String>> origins();

    ClientAddress clientAddress();

    RateLimits rateLimits();

    Sessions sessions();

    LeadOptions leads();

    Mail mail();

    Privacy privacy();

    Metrics metrics();

    /** A database of countries by network, in the format of MaxMind; without it no country is known. */
    @Variable(value = "GEOIP_DATABASE", rule = Rule.COUNTRIES)
    Optional<Path> geoipDatabase();

    /** A second path for the tracker, which is on no blocklist. */
    @Variable(value = "TRACKER_PATH", rule = Rule.SCRIPT_PATH)
    Optional<String> trackerPath();

    @Variable(value = "LOG_LEVEL", rule = Rule.LEVEL)
    @WithDefault("info")
    String logLevel();

    default Set<String> corsAllowedOrigins() {
        return origins().orElse(Set.of()).stream()
                .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether browsers reach the service over HTTPS. Through Fly's proxy they always do. */
    default boolean isHttps() {
        return clientAddress().isOnFly()
                || leads().publicUrl()
                        .filter(url -> "https".equals(url.getScheme()))
                        .isPresent();
    }

    /**
     * Where links in mails lead: {@code PUBLIC_URL} without a slash at the end, else the address that Fly gives the
     * application.
     */
    default Optional<URI> ownUrl() {
        return leads().publicUrl()
                .flatMap(url -> SecureUrl.parseBase(url.toString()))
                .or(() -> clientAddress().flyAppName().map(SecureUrl::ofFlyApp));
    }

    /** The secret that signs the links in mails. */
    default String linkSecret() {
        return leads().unsubscribeSecret().orElse(ipHashPepper());
    }

    /** Where the service listens. */
    interface Listen {
        @Variable(value = "HOST", rule = Rule.HOST)
        @WithDefault("0.0.0.0")
        InetAddress host();

        @Variable(value = "PORT", rule = Rule.WHOLE_NUMBER, max = 65_535)
        @WithDefault("3000")
        int port();

        /** Health and metrics for the platform, not for the public. */
        @Variable(value = "MANAGEMENT_PORT", rule = Rule.WHOLE_NUMBER, max = 65_535)
        @WithDefault("9091")
        int managementPort();
    }

    /** How the service finds out who the client is. */
    interface ClientAddress {
        /** Set by Fly, whose proxy names the client in {@code Fly-Client-IP}. */
        @Variable(value = "FLY_APP_NAME", rule = Rule.TEXT)
        Optional<String> flyAppName();

        /** The header in which a trusted proxy names the client. */
        @Variable(value = "CLIENT_IP_HEADER", rule = Rule.HEADER)
        Optional<String> header();

        @Variable(value = "TRUSTED_PROXIES", rule = Rule.NETWORKS)
        Optional<List<Cidr>> trustedProxies();

        default boolean isOnFly() {
            return flyAppName().isPresent();
        }

        default List<Cidr> proxies() {
            return trustedProxies().orElse(List.of());
        }
    }

    /** When a session ends, and which visitors' events are not stored. */
    interface Sessions {
        @Variable(
                value = "SESSION_INACTIVITY_MINUTES",
                rule = Rule.WHOLE_NUMBER,
                min = SessionRule.MIN_INACTIVITY_MINUTES,
                max = SessionRule.MAX_INACTIVITY_MINUTES)
        @WithDefault("" + SessionRule.DEFAULT_INACTIVITY_MINUTES)
        int inactivityMinutes();

        default Duration inactivity() {
            return Duration.ofMinutes(inactivityMinutes());
        }

        /** Whether {@code Sec-GPC} and {@code DNT} keep events from being stored. */
        @Variable(value = "RESPECT_PRIVACY_SIGNALS", rule = Rule.FLAG)
        @WithDefault("false")
        boolean respectPrivacySignals();
    }

    /** Settings for leads. */
    interface LeadOptions {
        @Variable(value = "ENABLE_HEURISTIC_LINKING", rule = Rule.FLAG)
        @WithDefault("false")
        boolean heuristicLinking();

        @Variable(value = "HEURISTIC_LINK_WINDOW_MINUTES", rule = Rule.WHOLE_NUMBER, min = 1, max = 1_440)
        @WithDefault("15")
        int heuristicWindowMinutes();

        default Duration heuristicWindow() {
            return Duration.ofMinutes(heuristicWindowMinutes());
        }

        @Variable(
                value = "IMPLIED_CONSENT_MONTHS",
                rule = Rule.WHOLE_NUMBER,
                min = LeadRules.MIN_IMPLIED_CONSENT_MONTHS,
                max = LeadRules.MAX_IMPLIED_CONSENT_MONTHS)
        @WithDefault("" + LeadRules.DEFAULT_IMPLIED_CONSENT_MONTHS)
        int impliedConsentMonths();

        /** The address of the service for links in mails; see {@link AppConfig#ownUrl()}. */
        @Variable(value = "PUBLIC_URL", rule = Rule.BASE_URL)
        Optional<URI> publicUrl();

        /** See {@link AppConfig#linkSecret()}. */
        @Variable(value = "UNSUBSCRIBE_SECRET", rule = Rule.SECRET, secret = true, min = KeyedHash.MIN_SECRET_LENGTH)
        Optional<String> unsubscribeSecret();

        /** The URL to which captured leads are sent. */
        @Variable(value = "LEAD_WEBHOOK_URL", rule = Rule.URL)
        Optional<URI> webhookUrl();

        /** Signs what is sent to it. */
        @Variable(value = "LEAD_WEBHOOK_SECRET", rule = Rule.SECRET, secret = true, min = 24)
        Optional<String> webhookSecret();
    }

    /** How mails are sent. Without a mail server, none are. */
    interface Mail {
        @Variable(value = "SMTP_URL", rule = Rule.SMTP_URL, secret = true)
        Optional<String> smtpUrl();

        /** The address that mails come from, with or without a name. */
        @Variable(value = "MAIL_FROM", rule = Rule.MAILBOX)
        Optional<Mailbox> from();

        /** The sender's postal address. A request for consent has to contain it (SOR/2012-36, s. 2 and 4). */
        @Variable(value = "MAIL_POSTAL_ADDRESS", rule = Rule.LINE)
        Optional<String> postalAddress();

        /** Who gets a mail about new leads of properties that name nobody else. */
        @Variable(value = "NOTIFY_EMAIL", rule = Rule.EMAIL)
        Optional<String> notifyEmail();

        default List<String> notifyAddresses() {
            return notifyEmail().stream().map(Email::new).map(Email::value).toList();
        }

        default Optional<SmtpServer> server() {
            return smtpUrl().map(SmtpServer::of);
        }
    }

    /** What {@code GET /v1/privacy} publishes. */
    interface Privacy {
        @Variable(value = "PRIVACY_CONTACT_EMAIL", rule = Rule.EMAIL)
        Optional<String> contactEmail();

        @Variable(
                value = "RAW_EVENT_RETENTION_DAYS",
                rule = Rule.WHOLE_NUMBER,
                min = RetentionPolicy.MIN_EVENT_DAYS,
                max = RetentionPolicy.MAX_EVENT_DAYS)
        @WithDefault("" + RetentionPolicy.DEFAULT_EVENT_DAYS)
        int rawEventDays();

        @Variable(
                value = "ROLLUP_RETENTION_MONTHS",
                rule = Rule.WHOLE_NUMBER,
                min = RetentionPolicy.MIN_ROLLUP_MONTHS,
                max = RetentionPolicy.MAX_ROLLUP_MONTHS)
        @WithDefault("" + RetentionPolicy.DEFAULT_ROLLUP_MONTHS)
        int rollupMonths();

        /** How long a lead is kept that was asked by mail to confirm, but did not. */
        @Variable(
                value = "UNCONFIRMED_LEAD_DAYS",
                rule = Rule.WHOLE_NUMBER,
                min = RetentionPolicy.MIN_UNCONFIRMED_LEAD_DAYS,
                max = RetentionPolicy.MAX_UNCONFIRMED_LEAD_DAYS)
        @WithDefault("" + RetentionPolicy.DEFAULT_UNCONFIRMED_LEAD_DAYS)
        int unconfirmedLeadDays();
    }

    /** Settings for questions about figures. */
    interface Metrics {
        /** How long an answer is cached; zero disables the cache. */
        @Variable(value = "METRICS_SUMMARY_CACHE_TTL_MS", rule = Rule.WHOLE_NUMBER, max = 3_600_000)
        @WithDefault("15000")
        int cacheTtlMillis();

        default Duration cacheTtl() {
            return Duration.ofMillis(cacheTtlMillis());
        }

        @Variable(value = "METRICS_SUMMARY_CACHE_MAX_ENTRIES", rule = Rule.WHOLE_NUMBER, max = 10_000)
        @WithDefault("128")
        int cacheMaxEntries();

        @Variable(value = "METRICS_USE_MATERIALIZED_VIEW", rule = Rule.FLAG)
        @WithDefault("false")
        boolean useMaterializedView();

        /** How long one query of the raw rows may take in the database. */
        @Variable(value = "QUERY_TIMEOUT_MS", rule = Rule.WHOLE_NUMBER, min = 100, max = 60_000)
        @WithDefault("10000")
        int queryTimeoutMillis();

        default Duration queryTimeout() {
            return Duration.ofMillis(queryTimeoutMillis());
        }

        /**
         * The property of requests that name none. If it is not set, such requests are about all properties together.
         */
        @Variable(value = "ROLLUP_DEFAULT_PROPERTY_ID", rule = Rule.SLUG)
        Optional<String> defaultProperty();
    }

    /**
     * The names of all properties begin with this. It is not just the product's name, with which other system
     * properties begin.
     */
    String PREFIX = "altcontext-api";
}
