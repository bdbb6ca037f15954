package com.altcontext.api.config;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.delivery.WebhookSignature;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link AppConfig} and reports all its faults together, each as the variable's name and the rule that it breaks, never its
 * value: a log must not hold a secret. (SmallRye's own messages print values.)
 */
public final class ConfigCheck {
    private static final Pattern PROPERTY = Pattern.compile("config property (altcontext-api\\.[a-z.-]+)");

    private final Function<String, @Nullable String> environment;
    private final Map<String, String> values;
    /** By variable, in their order; one fault of each is enough. */
    private final Map<String, String> faults = new LinkedHashMap<>();

    private ConfigCheck(Function<String, @Nullable String> environment) {
        this.environment = environment;
        this.values = Variables.read(environment);
    }

    /** Some variables are missing or wrong. */
    public static final class Misconfigured extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<String> faults;

        private Misconfigured(List<String> faults) {
            super("the configuration is wrong: " + String.join("; ", faults), null, false, false);
            this.faults = List.copyOf(faults);
        }

        /** A sentence for each, beginning with the variable's name. */
        public List<String> faults() {
            return faults;
        }
    }

    /** @throws Misconfigured with all the faults, if there is any */
    public static AppConfig read(Function<String, @Nullable String> environment) {
        ConfigCheck check = new ConfigCheck(environment);
        check.checkFiles();
        check.checkRules();
        AppConfig config = check.map();
        check.checkTogether();
        if (config == null || !check.faults.isEmpty()) {
            throw new Misconfigured(List.copyOf(check.faults.values()));
        }
        return config;
    }

    private void checkFiles() {
        for (Variables.Setting setting : Variables.all().values()) {
            String name = setting.variable().value();
            Optional<String> file = setting.variable().secret()
                            && Variables.text(environment, name).isEmpty()
                    ? Variables.text(environment, name + "_FILE")
                    : Optional.empty();
            if (file.isPresent() && Variables.content(file.get()).isEmpty()) {
                faults.put(name + "_FILE", name + "_FILE must be a file that can be read and is not empty");
            }
        }
    }

    private void checkRules() {
        values.forEach((property, text) -> {
            Variables.Setting setting = Variables.all().get(property);
            if (setting != null && !isWithin(setting, text)) {
                fault(setting.variable());
            }
        });
    }

    /** A text that is no number is found by the mapping. */
    private static boolean isWithin(Variables.Setting setting, String text) {
        boolean isNumber = setting.method().getReturnType() == int.class;
        long size = isNumber ? number(text) : text.length();
        return size >= setting.variable().min()
                && size <= setting.variable().max()
                && text.matches(setting.variable().pattern());
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    private @Nullable AppConfig map() {
        try {
            return new SmallRyeConfigBuilder()
                    .withSources(VariablesConfigSource.of(environment))
                    .addDefaultInterceptors()
                    .withMapping(AppConfig.class)
                    .withValidateUnknown(false)
                    .build()
                    .getConfigMapping(AppConfig.class);
        } catch (ConfigValidationException wrong) {
            for (int i = 0; i < wrong.getProblemCount(); i++) {
                report(wrong.getProblem(i).getMessage());
            }
            return null;
        }
    }

    private void report(String message) {
        Matcher matcher = PROPERTY.matcher(message);
        Variables.Setting setting = matcher.find() ? Variables.all().get(matcher.group(1)) : null;
        if (setting == null) {
            throw new IllegalStateException("a fault of the configuration names no property");
        }
        Variable variable = setting.variable();
        String text = values.get(setting.property());
        if (text == null) {
            missing(variable.value(), variable.rule());
        } else if (variable.value().equals("DATABASE_URL")) {
            reportDatabase(text);
        } else {
            fault(variable);
        }
    }

    /** What its own message says is wrong, which is no value. */
    private void reportDatabase(String text) {
        try {
            var _ = DatabaseUrl.parse(text);
        } catch (IllegalArgumentException unreadable) {
            faults.put("DATABASE_URL", "DATABASE_URL cannot be read: " + unreadable.getMessage());
        }
    }

    private void checkTogether() {
        String secret = values.get("altcontext-api.leads.webhook-secret");
        if (secret != null && !isSigningKey(secret)) {
            faults.putIfAbsent(
                    "LEAD_WEBHOOK_SECRET",
                    "LEAD_WEBHOOK_SECRET must be base64 behind whsec_, or any text without that");
        }
        if (values.containsKey("altcontext-api.leads.webhook-url")
                && !faults.containsKey("LEAD_WEBHOOK_URL")
                && secret == null) {
            missing("LEAD_WEBHOOK_SECRET", "at least 24 characters, wherever LEAD_WEBHOOK_URL is set");
        }
        long port = number(values.getOrDefault("altcontext-api.listen.port", "3000"));
        if (port != 0 && port == number(values.getOrDefault("altcontext-api.listen.management-port", "9091"))) {
            faults.putIfAbsent("MANAGEMENT_PORT", "MANAGEMENT_PORT must be another one than PORT");
        }
        boolean hasHeader = values.containsKey("altcontext-api.client-address.header");
        boolean hasProxies = values.containsKey("altcontext-api.client-address.trusted-proxies");
        if (hasHeader != hasProxies) {
            // One without the other would take every client of the proxy for one, and say nothing.
            String alone = hasHeader ? "CLIENT_IP_HEADER" : "TRUSTED_PROXIES";
            faults.putIfAbsent(
                    alone, alone + " has no effect alone: CLIENT_IP_HEADER and TRUSTED_PROXIES must be set together");
        }
    }

    private static boolean isSigningKey(String secret) {
        try {
            var _ = new WebhookSignature(secret);
            return true;
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }

    private void fault(Variable variable) {
        faults.putIfAbsent(variable.value(), variable.value() + " must be " + variable.rule());
    }

    private void missing(String name, String rule) {
        faults.putIfAbsent(name, name + " is missing: it must be " + rule);
    }
}
