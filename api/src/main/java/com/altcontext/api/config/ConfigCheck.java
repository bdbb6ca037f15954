package com.altcontext.api.config;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.delivery.WebhookSignature;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reports all faults of {@link AppConfig} together before it is read. Each names the variable and the rule that it
 * breaks, but never the value: a log must not hold a secret. (SmallRye's own messages contain values, so it must not
 * get a value that breaks a rule.)
 */
public final class ConfigCheck {
    /**
     * What Java reads for a byte that is invalid in the locale's encoding. Without a locale, that is any byte but
     * ASCII.
     */
    private static final char UNREADABLE = '\uFFFD';

    private final Function<String, @Nullable String> environment;
    private final Map<String, String> values;
    /** At most one fault of each variable, sorted by its name: reflection finds the variables in no fixed order. */
    private final Map<String, String> faults = new TreeMap<>();

    private ConfigCheck(Function<String, @Nullable String> environment) {
        this.environment = environment;
        this.values = Variables.read(environment);
    }

    /** Returns a sentence for each fault, which begins with the variable's name. */
    public static List<String> faults(Function<String, @Nullable String> environment) {
        ConfigCheck check = new ConfigCheck(environment);
        Variables.all().values().forEach(check::check);
        check.checkCombinations();
        return List.copyOf(check.faults.values());
    }

    private void check(Variables.Setting setting) {
        Variable variable = setting.variable();
        String name = variable.value();
        if (variable.secret() && Variables.text(environment, name).isEmpty()) {
            Optional<String> file = Variables.text(environment, name + "_FILE");
            if (file.isPresent() && Variables.content(file.get()).isEmpty()) {
                faults.put(name + "_FILE", name + "_FILE must be a file that can be read and is not empty");
            }
        }
        String value = values.get(setting.property());
        if (value == null && setting.isRequired()) {
            missing(name, variable.rule().text(variable));
        } else if (value != null && value.indexOf(UNREADABLE) >= 0) {
            faults.put(
                    name,
                    name
                            + " has a character that cannot be read: it must be UTF-8, and so must the locale (LC_ALL=C.UTF-8)");
        } else if (value != null && !variable.rule().accepts(variable, value)) {
            faults.put(
                    name,
                    variable.rule() == Rule.DATABASE_URL
                            ? name + " cannot be used: " + faultOfDatabaseUrl(value)
                            : name + " must be " + variable.rule().text(variable));
        }
    }

    /** The fault, without the value. */
    private static String faultOfDatabaseUrl(String text) {
        try {
            return DatabaseUrl.parse(text).requireAuthorities().toString();
        } catch (IllegalArgumentException unreadable) {
            return String.valueOf(unreadable.getMessage());
        }
    }

    private void checkCombinations() {
        String secret = values.get("altcontext-api.leads.webhook-secret");
        if (secret != null && !isSigningKey(secret)) {
            faults.putIfAbsent(
                    "LEAD_WEBHOOK_SECRET",
                    "LEAD_WEBHOOK_SECRET must be whsec_ followed by base64, or a text that does not begin with whsec_");
        }
        if (values.containsKey("altcontext-api.leads.webhook-url")
                && !faults.containsKey("LEAD_WEBHOOK_URL")
                && secret == null) {
            missing("LEAD_WEBHOOK_SECRET", "at least 24 characters if LEAD_WEBHOOK_URL is set");
        }
        if (values.containsKey("altcontext-api.mail.notify-email")
                && !values.containsKey("altcontext-api.mail.smtp-url")) {
            faults.putIfAbsent("NOTIFY_EMAIL", "NOTIFY_EMAIL has no effect without SMTP_URL");
        }
        if (values.containsKey("altcontext-api.mail.smtp-url")) {
            if (!values.containsKey("altcontext-api.mail.from")) {
                missing("MAIL_FROM", "an e-mail address if SMTP_URL is set");
            }
            if (!values.containsKey("altcontext-api.leads.public-url")
                    && !values.containsKey("altcontext-api.client-address.fly-app-name")) {
                missing("PUBLIC_URL", "the address for links in mails if SMTP_URL is set outside Fly");
            }
        }
        int port = port("altcontext-api.listen.port");
        if (port > 0 && port == port("altcontext-api.listen.management-port")) {
            faults.putIfAbsent("MANAGEMENT_PORT", "MANAGEMENT_PORT must not be the same as PORT");
        }
        boolean hasHeader = values.containsKey("altcontext-api.client-address.header");
        boolean hasProxies = values.containsKey("altcontext-api.client-address.trusted-proxies");
        if (hasHeader != hasProxies) {
            // One without the other would silently treat all clients of the proxy as one.
            String alone = hasHeader ? "CLIENT_IP_HEADER" : "TRUSTED_PROXIES";
            faults.putIfAbsent(
                    alone, alone + " has no effect alone: CLIENT_IP_HEADER and TRUSTED_PROXIES must be set together");
        }
    }

    /** A port as a number, as {@code 03000} is the same as {@code 3000}; 0 if it is none, which is a fault already. */
    private int port(String property) {
        try {
            return Integer.parseInt(Variables.orDefault(values, property));
        } catch (NumberFormatException none) {
            return 0;
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

    private void missing(String name, String rule) {
        faults.putIfAbsent(name, name + " is missing: it must be " + rule);
    }
}
