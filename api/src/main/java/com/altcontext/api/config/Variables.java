package com.altcontext.api.config;

import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The environment variables of {@link AppConfig}, by the properties that they set. */
final class Variables {
    private static final String PREFIX = AppConfig.PREFIX + ".";
    private static final Map<String, Setting> SETTINGS = new LinkedHashMap<>();

    static {
        collect(AppConfig.class, PREFIX);
    }

    private Variables() {}

    /** One value of the configuration. */
    record Setting(String property, Variable variable, Method method) {
        boolean isRequired() {
            return method.getReturnType() != Optional.class && defaultValue().isEmpty();
        }

        Optional<String> defaultValue() {
            return Optional.ofNullable(method.getAnnotation(WithDefault.class)).map(WithDefault::value);
        }
    }

    private static void collect(Class<?> group, String prefix) {
        for (Method method : group.getDeclaredMethods()) {
            String property = prefix + kebab(method.getName());
            Variable variable = method.getAnnotation(Variable.class);
            if (variable != null) {
                SETTINGS.put(property, new Setting(property, variable, method));
            } else if (!method.isDefault() && method.getReturnType().isInterface()) {
                collect(method.getReturnType(), property + '.');
            }
        }
    }

    /** The name that SmallRye Config gives the property of a method. */
    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** All settings, by property. */
    static Map<String, Setting> all() {
        return SETTINGS;
    }

    /** The values that are set, by property. A secret that is not set can come from a file. */
    static Map<String, String> read(Function<String, @Nullable String> environment) {
        Map<String, String> values = new LinkedHashMap<>();
        SETTINGS.forEach((property, setting) -> {
            Variable variable = setting.variable();
            Optional<String> value = text(environment, variable.value());
            if (value.isEmpty() && variable.secret()) {
                value = text(environment, variable.value() + "_FILE").flatMap(Variables::content);
            }
            value.ifPresent(text -> values.put(property, text));
        });
        return values;
    }

    /** The value of a property if it is set, else its default. */
    static String orDefault(Map<String, String> values, String property) {
        Setting setting = Objects.requireNonNull(SETTINGS.get(property), property);
        return Optional.ofNullable(values.get(property))
                .or(setting::defaultValue)
                .orElseThrow();
    }

    /** A blank variable counts as absent. */
    static Optional<String> text(Function<String, @Nullable String> environment, String name) {
        return Optional.ofNullable(environment.apply(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** The content of a secret's file, as container platforms provide it; empty if it cannot be read or is blank. */
    static Optional<String> content(String file) {
        try {
            return Optional.of(Files.readString(Path.of(file)).strip()).filter(text -> !text.isEmpty());
        } catch (IOException | InvalidPathException unreadable) {
            return Optional.empty();
        }
    }
}
