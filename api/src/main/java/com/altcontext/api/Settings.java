package com.altcontext.api;

import com.altcontext.db.DatabaseUrl;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;

/**
 * The service's configuration, read once from the environment by {@link SettingsReader}. A wrong value stops the start.
 *
 * @param adminKey what {@code x-admin-key} must be; without it admin endpoints answer 503
 * @param pepper the secret under which addresses and user agents are hashed
 * @param perMinute how many requests of each kind one client may send
 * @param limiterRedis where machines tell each other of that; without it each limits by itself
 */
public record Settings(
        DatabaseUrl database,
        String pepper,
        Optional<String> adminKey,
        Listen listen,
        Set<String> corsAllowedOrigins,
        ClientAddress clientAddress,
        Map<Endpoint.Limit, Integer> perMinute,
        Optional<RedisUrl> limiterRedis,
        Duration sessionInactivity,
        boolean respectPrivacySignals,
        Leads leads,
        Privacy privacy,
        Metrics metrics,
        Optional<Path> geoipDatabase,
        Level logLevel) {

    /** Whether browsers reach the service by HTTPS: Fly's proxy speaks nothing else to whoever comes from outside. */
    boolean https() {
        return clientAddress.onFly
                || leads.publicUrl
                        .filter(url -> "https".equals(url.getScheme()))
                        .isPresent();
    }

    /**
     * Where to listen.
     *
     * @param managementPort health and metrics for the platform, not for the public
     */
    public record Listen(String host, int port, int managementPort) {}

    /**
     * How to tell who the client is.
     *
     * @param onFly whether Fly's proxy stands before the service and says so by {@code Fly-Client-IP}
     * @param header otherwise the header that a trusted proxy sets
     */
    public record ClientAddress(boolean onFly, Optional<String> header, List<Cidr> trustedProxies) {}

    /**
     * What concerns those who leave an address.
     *
     * @param publicUrl where the service is reached from outside, without a slash at its end: for links in mails
     * @param unsubscribeSecret signs those links; without it a secret derived from the pepper does
     * @param emailsPerHour how many distinct addresses one client may submit in an hour
     */
    public record Leads(
            boolean heuristicLinking,
            Duration heuristicWindow,
            int impliedConsentMonths,
            int emailsPerHour,
            Optional<URI> publicUrl,
            Optional<String> unsubscribeSecret,
            Optional<Webhook> webhook) {}

    /** Where captured leads are passed on to, and the secret that signs them. */
    public record Webhook(URI url, String secret) {}

    /**
     * What is told at {@code GET /v1/privacy}.
     *
     * @param contact an e-mail address
     */
    public record Privacy(Optional<String> contact, int rawEventDays, int rollupMonths) {}

    /**
     * How figures are answered.
     *
     * @param cacheTime how long an answer is remembered; zero for not at all
     * @param usualProperty the property of requests that name none; otherwise these are about all together
     */
    public record Metrics(
            Duration cacheTime, int cacheEntries, boolean fromMaterializedView, Optional<String> usualProperty) {}
}
