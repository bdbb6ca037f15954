package com.altcontext.api.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/** Gives {@link AppConfig} the values of its environment variables, and Quarkus the settings that depend on them. */
public final class VariablesConfigSource implements ConfigSourceFactory {
    /** Above application.properties (250), below a system property. */
    private static final int ORDINAL = 275;

    /** Quarkus' settings for listening and logging, from our variables. */
    private static final Map<String, String> FOR_QUARKUS = Map.of(
            "quarkus.http.host", "altcontext-api.listen.host",
            "quarkus.http.port", "altcontext-api.listen.port",
            "quarkus.management.host", "altcontext-api.listen.host",
            "quarkus.management.port", "altcontext-api.listen.management-port",
            "quarkus.log.level", "altcontext-api.log-level");

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        return List.of(of(name -> context.getValue(name).getRawValue()));
    }

    /** @param environment the value of a variable, or null */
    public static ConfigSource of(Function<String, @Nullable String> environment) {
        Map<String, String> values = Variables.read(environment);
        Map<String, String> properties = new HashMap<>();
        values.forEach((property, value) -> properties.put(property, literal(value)));
        FOR_QUARKUS.forEach((property, ours) -> properties.put(property, literal(Variables.orDefault(values, ours))));
        return new PropertiesConfigSource(properties, "environment variables of altcontext", ORDINAL);
    }

    /** Escaped, since the configuration library would expand ${…} in a password. */
    private static String literal(String value) {
        return value.replace("\\", "\\\\").replace("$", "\\$");
    }
}
