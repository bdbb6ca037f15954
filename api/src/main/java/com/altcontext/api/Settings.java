package com.altcontext.api;

import com.altcontext.db.DatabaseUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;

/**
 * The service's configuration, read once from the environment by {@link SettingsReader}. A wrong value stops the start.
 *
 * @param adminKey what {@code x-admin-key} must be; without it admin endpoints answer 503
 * @param pepper the secret under which addresses and user agents are hashed
 */
public record Settings(
        DatabaseUrl database,
        String pepper,
        Optional<String> adminKey,
        Listen listen,
        Set<String> corsAllowedOrigins,
        ClientAddress clientAddress,
        int eventsPerMinute,
        Duration sessionInactivity,
        boolean respectPrivacySignals,
        Optional<Path> geoipDatabase,
        Level logLevel) {

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
}
