package com.altcontext.api;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Hands Quarkus what {@link Settings} say of its own parts: where to listen, how to log, which database. */
public final class SettingsConfigSource implements ConfigSourceFactory {
    /** Above application.properties (250), below a system property. */
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Settings settings;
        try {
            settings = SettingsReader.read(name -> context.getValue(name).getRawValue());
        } catch (SettingsReader.Misconfigured told) {
            // Quarkus reads configuration at build time too, when there is none. A start is stopped by Main or Wiring.
            return List.of();
        }
        return List.of(new PropertiesConfigSource(properties(settings), "altcontext settings", ORDINAL));
    }

    private static Map<String, String> properties(Settings settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("quarkus.http.host", settings.listen().host());
        properties.put("quarkus.http.port", String.valueOf(settings.listen().port()));
        properties.put("quarkus.management.host", settings.listen().host());
        properties.put(
                "quarkus.management.port", String.valueOf(settings.listen().managementPort()));
        properties.put("quarkus.log.level", settings.logLevel().getName());
        properties.put(
                "quarkus.datasource.jdbc.url", literal(settings.database().jdbcUrl()));
        properties.put(
                "quarkus.datasource.username", literal(settings.database().user()));
        properties.put(
                "quarkus.datasource.password", literal(settings.database().password()));
        return properties;
    }

    /** The configuration library would expand ${…} in a password. */
    private static String literal(String value) {
        return value.replace("\\", "\\\\").replace("$", "\\$");
    }
}
