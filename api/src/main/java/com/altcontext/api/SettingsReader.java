package com.altcontext.api;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.lead.Email;
import com.altcontext.lead.WebhookSignature;
import com.altcontext.value.Rejected;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Settings} from environment variables. Every fault is collected, each as the variable's name and the rule
 * that it breaks, never its value: what stands in a log must not hold a secret.
 */
final class SettingsReader {
    private static final Map<String, Level> LOG_LEVELS = Map.of(
            "error",
            Level.SEVERE,
            "warn",
            Level.WARNING,
            "info",
            Level.INFO,
            "debug",
            Level.FINE,
            "trace",
            Level.FINER);

    /** These may also come in a file that the variable's name with {@code _FILE} behind it tells. */
    private static final Set<String> SECRETS = Set.of(
            "DATABASE_URL",
            "IP_HASH_PEPPER",
            "ADMIN_API_KEY",
            "UNSUBSCRIBE_SECRET",
            "LEAD_WEBHOOK_SECRET",
            "RATE_LIMIT_REDIS_URL");

    private final Function<String, @Nullable String> environment;
    private final List<String> faults = new ArrayList<>();

    private SettingsReader(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /** Some variables are missing or wrong. */
    static final class Misconfigured extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<String> faults;

        private Misconfigured(List<String> faults) {
            super("the configuration is wrong: " + String.join("; ", faults), null, false, false);
            this.faults = List.copyOf(faults);
        }

        /** A sentence for each, beginning with the variable's name. */
        List<String> faults() {
            return faults;
        }
    }

    /** @throws Misconfigured with all the faults, if there is any */
    static Settings read(Function<String, @Nullable String> environment) {
        SettingsReader reader = new SettingsReader(environment);
        Settings settings = reader.settings();
        if (!reader.faults.isEmpty()) {
            throw new Misconfigured(reader.faults);
        }
        return settings;
    }

    private Settings settings() {
        return new Settings(
                database(),
                secret("IP_HASH_PEPPER", 16).orElseGet(() -> {
                    missing("IP_HASH_PEPPER", "at least 16 characters that nobody else knows");
                    return "";
                }),
                secret("ADMIN_API_KEY", 24),
                listen(),
                origins(),
                clientAddress(),
                limits(),
                limiterRedis(),
                Duration.ofMinutes(number("SESSION_INACTIVITY_MINUTES", 30, 1, 1_440)),
                flag("RESPECT_PRIVACY_SIGNALS"),
                leads(),
                new Settings.Privacy(
                        contact(),
                        number("RAW_EVENT_RETENTION_DAYS", 90, 8, 3_650),
                        number("ROLLUP_RETENTION_MONTHS", 24, 1, 240)),
                new Settings.Metrics(
                        Duration.ofMillis(number("METRICS_SUMMARY_CACHE_TTL_MS", 15_000, 0, 3_600_000)),
                        number("METRICS_SUMMARY_CACHE_MAX_ENTRIES", 128, 0, 10_000),
                        flag("METRICS_USE_MATERIALIZED_VIEW"),
                        slug("ROLLUP_DEFAULT_PROPERTY_ID")),
                file("GEOIP_DATABASE"),
                logLevel());
    }

    private Map<Endpoint.Limit, Integer> limits() {
        Map<Endpoint.Limit, Integer> limits = new EnumMap<>(Endpoint.Limit.class);
        for (Endpoint.Limit limit : Endpoint.Limit.values()) {
            limits.put(
                    limit,
                    switch (limit) {
                        case ADMIN_FAILURES -> limit.usual;
                        // With less, the largest body would never pass.
                        case BYTES -> number(limit.variable(), limit.usual, BodyCollector.MAX_BYTES, 2_000_000_000);
                        default -> number(limit.variable(), limit.usual, 1, 1_000_000_000);
                    });
        }
        return limits;
    }

    private Optional<RedisUrl> limiterRedis() {
        return value("RATE_LIMIT_REDIS_URL").flatMap(text -> {
            try {
                return Optional.of(RedisUrl.parse(text));
            } catch (IllegalArgumentException unreadable) {
                fault("RATE_LIMIT_REDIS_URL", "redis://user:password@host:6379/0, or rediss:// for TLS");
                return Optional.empty();
            }
        });
    }

    private Settings.Leads leads() {
        return new Settings.Leads(
                flag("ENABLE_HEURISTIC_LINKING"),
                Duration.ofMinutes(number("HEURISTIC_LINK_WINDOW_MINUTES", 15, 1, 1_440)),
                number("IMPLIED_CONSENT_MONTHS", 6, 1, 24),
                number("RATE_LIMIT_LEAD_EMAILS", 5, 1, 1_000_000_000),
                publicUrl(),
                secret("UNSUBSCRIBE_SECRET", 16),
                webhook());
    }

    /** On Fly every application has a name of its own there, whatever other names lead to it. */
    private Optional<URI> publicUrl() {
        Optional<URI> url =
                url("PUBLIC_URL").map(given -> URI.create(given.toString().replaceAll("/+$", "")));
        return url.isPresent() ? url : value("FLY_APP_NAME").map(name -> URI.create("https://" + name + ".fly.dev"));
    }

    private Optional<Settings.Webhook> webhook() {
        Optional<URI> url = url("LEAD_WEBHOOK_URL");
        Optional<String> secret = secret("LEAD_WEBHOOK_SECRET", 24);
        if (secret.isPresent() && !isSigningKey(secret.get())) {
            fault("LEAD_WEBHOOK_SECRET", "base64 behind whsec_, or any text without that");
        }
        if (url.isPresent() && secret.isEmpty()) {
            missing("LEAD_WEBHOOK_SECRET", "at least 24 characters, wherever LEAD_WEBHOOK_URL is set");
        }
        return url.isPresent() && secret.isPresent()
                ? Optional.of(new Settings.Webhook(url.get(), secret.get()))
                : Optional.empty();
    }

    private static boolean isSigningKey(String secret) {
        try {
            var _ = new WebhookSignature(secret);
            return true;
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }

    /** Whatever is sent there may be personal: without TLS only on this machine. */
    private Optional<URI> url(String name) {
        Optional<String> text = value(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI url = URI.create(text.get());
            boolean local = "localhost".equals(url.getHost()) || "127.0.0.1".equals(url.getHost());
            boolean web = "https".equals(url.getScheme()) || (local && "http".equals(url.getScheme()));
            if (web && url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null) {
                return Optional.of(url);
            }
        } catch (IllegalArgumentException notAnAddress) {
            // told below, with the same words
        }
        fault(name, "an address that begins with https:// (http:// on this machine alone)");
        return Optional.empty();
    }

    private Optional<String> contact() {
        return value("PRIVACY_CONTACT_EMAIL").filter(text -> {
            try {
                var _ = Email.of("PRIVACY_CONTACT_EMAIL", text);
                return true;
            } catch (Rejected wrong) {
                fault("PRIVACY_CONTACT_EMAIL", "an e-mail address");
                return false;
            }
        });
    }

    private Optional<String> value(String name) {
        Optional<String> value = plain(name);
        return value.isEmpty() && SECRETS.contains(name)
                ? plain(name + "_FILE").flatMap(file -> content(name, file))
                : value;
    }

    private Optional<String> plain(String name) {
        return Optional.ofNullable(environment.apply(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** What stands in the file that holds a secret, as container platforms hand them over. */
    private Optional<String> content(String name, String file) {
        try {
            String text = Files.readString(Path.of(file)).strip();
            if (!text.isEmpty()) {
                return Optional.of(text);
            }
        } catch (IOException | InvalidPathException unreadable) {
            // told below, with the same words
        }
        String told = name + "_FILE must be a file that can be read and is not empty";
        if (!faults.contains(told)) {
            faults.add(told);
        }
        return Optional.empty();
    }

    private void fault(String name, String rule) {
        faults.add(name + " must be " + rule);
    }

    private void missing(String name, String rule) {
        if (value(name).isEmpty()) {
            faults.add(name + " is missing: it must be " + rule);
        }
    }

    private DatabaseUrl database() {
        String rule = "the database's address, postgres://user:password@host:5432/name";
        missing("DATABASE_URL", rule);
        try {
            return DatabaseUrl.parse(value("DATABASE_URL").orElse("postgres://missing@localhost/missing"));
        } catch (IllegalArgumentException unreadable) {
            faults.add("DATABASE_URL cannot be read: " + unreadable.getMessage());
            return DatabaseUrl.parse("postgres://missing@localhost/missing");
        }
    }

    private Optional<String> secret(String name, int least) {
        Optional<String> secret = value(name);
        if (secret.isPresent() && secret.get().length() < least) {
            fault(name, "at least " + least + " characters");
        }
        return secret;
    }

    private int number(String name, int fallback, int least, int most) {
        Optional<String> text = value(name);
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // told below, with the same words
        }
        fault(name, "a whole number from " + least + " to " + most);
        return fallback;
    }

    private boolean flag(String name) {
        String text = value(name).orElse("false").toLowerCase(Locale.ROOT);
        if (!text.equals("true") && !text.equals("false")) {
            fault(name, "true or false");
        }
        return text.equals("true");
    }

    private Settings.Listen listen() {
        Settings.Listen listen = new Settings.Listen(
                value("HOST").orElse("0.0.0.0"),
                number("PORT", 3000, 0, 65_535),
                number("MANAGEMENT_PORT", 9091, 0, 65_535));
        try {
            var _ = InetAddress.getByName(listen.host());
        } catch (UnknownHostException unknown) {
            fault("HOST", "an address, or a name that is known on this machine");
        }
        if (listen.port() == listen.managementPort() && listen.port() != 0) {
            fault("MANAGEMENT_PORT", "another one than PORT");
        }
        return listen;
    }

    private Set<String> origins() {
        String rule = "origins separated by commas, each https://host without a path or the usual port";
        Set<String> origins = new LinkedHashSet<>();
        for (String entry : list("CORS_ALLOWED_ORIGINS")) {
            if (isOrigin(entry)) {
                origins.add(entry.toLowerCase(Locale.ROOT));
            } else {
                fault("CORS_ALLOWED_ORIGINS", rule);
                break;
            }
        }
        return origins;
    }

    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            return web
                    && uri.getHost() != null
                    && text.equals(uri.getScheme() + "://" + uri.getRawAuthority())
                    // Browsers leave the usual port out, so an origin with it would never match.
                    && uri.getPort() != ("https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80)
                    && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    private Settings.ClientAddress clientAddress() {
        int before = faults.size();
        Optional<String> header = header("CLIENT_IP_HEADER");
        List<Cidr> proxies = networks("TRUSTED_PROXIES");
        if (faults.size() == before && header.isPresent() == proxies.isEmpty()) {
            // One without the other would take every client of the proxy for one, and say nothing.
            faults.add((header.isPresent() ? "CLIENT_IP_HEADER" : "TRUSTED_PROXIES")
                    + " has no effect alone: CLIENT_IP_HEADER and TRUSTED_PROXIES must be set together");
        }
        return new Settings.ClientAddress(value("FLY_APP_NAME").isPresent(), header, proxies);
    }

    private Optional<String> slug(String name) {
        Optional<String> slug = value(name);
        if (slug.isPresent() && !slug.get().matches("[a-z0-9][a-z0-9_-]{0,62}")) {
            fault(name, "a property's slug");
        }
        return slug;
    }

    private Optional<String> header(String name) {
        Optional<String> header = value(name);
        if (header.isPresent() && !header.get().matches("[A-Za-z0-9-]{1,64}")) {
            fault(name, "the name of a header");
        }
        return header;
    }

    private List<Cidr> networks(String name) {
        List<Cidr> networks = new ArrayList<>();
        for (String entry : list(name)) {
            try {
                networks.add(Cidr.parse(entry));
            } catch (IllegalArgumentException unreadable) {
                fault(name, "networks separated by commas, each like 10.0.0.0/8 or fd00::/8");
                break;
            }
        }
        return networks;
    }

    private Optional<Path> file(String name) {
        Optional<Path> file = value(name).map(Path::of);
        if (file.isPresent() && !(Files.isRegularFile(file.get()) && Files.isReadable(file.get()))) {
            fault(name, "a file that can be read");
        }
        return file;
    }

    private Level logLevel() {
        Level level = LOG_LEVELS.get(value("LOG_LEVEL").orElse("info").toLowerCase(Locale.ROOT));
        if (level == null) {
            fault("LOG_LEVEL", "one of error, warn, info, debug, trace");
            return Level.INFO;
        }
        return level;
    }

    private List<String> list(String name) {
        return Arrays.stream(value(name).orElse("").split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }
}
