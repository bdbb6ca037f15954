package com.altcontext.ops.command;

import com.altcontext.lead.LeadRules;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.retention.RetentionPolicy;
import com.altcontext.value.KeyedHash;
import com.altcontext.value.SecureUrl;
import com.altcontext.visit.SessionRule;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The variables of the service's configuration that commands need, with the service's names and rules. */
public final class OpsEnvironment {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Shell shell;

    OpsEnvironment(Shell shell) {
        this.shell = shell;
    }

    /** The hash by which the service recognizes addresses. */
    public KeyedHash hash() {
        return new KeyedHash(secret("IP_HASH_PEPPER"));
    }

    /** The unsubscribe links; empty if the service's address is not set. */
    public Optional<UnsubscribeLinks> linksIfAny() {
        return isSet("PUBLIC_URL") || isSet("FLY_APP_NAME") ? Optional.of(links()) : Optional.empty();
    }

    /** The links that the service accepts, if it was started with the same variables. */
    public UnsubscribeLinks links() {
        String secret = secret(isSet("UNSUBSCRIBE_SECRET") ? "UNSUBSCRIBE_SECRET" : "IP_HASH_PEPPER");
        return new UnsubscribeLinks(new UnsubscribeToken(secret), publicUrl());
    }

    /** @param submissionDays see {@link RetentionPolicy} */
    public RetentionPolicy retention(@Nullable Integer submissionDays) {
        return new RetentionPolicy(
                number(
                        "RAW_EVENT_RETENTION_DAYS",
                        RetentionPolicy.DEFAULT.eventDays(),
                        RetentionPolicy.MIN_EVENT_DAYS,
                        RetentionPolicy.MAX_EVENT_DAYS),
                number(
                        "ROLLUP_RETENTION_MONTHS",
                        RetentionPolicy.DEFAULT.rollupMonths(),
                        RetentionPolicy.MIN_ROLLUP_MONTHS,
                        RetentionPolicy.MAX_ROLLUP_MONTHS),
                number(
                        "UNCONFIRMED_LEAD_DAYS",
                        RetentionPolicy.DEFAULT.unconfirmedLeadDays(),
                        RetentionPolicy.MIN_UNCONFIRMED_LEAD_DAYS,
                        RetentionPolicy.MAX_UNCONFIRMED_LEAD_DAYS),
                submissionDays);
    }

    public int impliedConsentMonths() {
        return number(
                "IMPLIED_CONSENT_MONTHS",
                LeadRules.DEFAULT_IMPLIED_CONSENT_MONTHS,
                LeadRules.MIN_IMPLIED_CONSENT_MONTHS,
                LeadRules.MAX_IMPLIED_CONSENT_MONTHS);
    }

    public SessionRule sessionRule() {
        int minutes = number(
                "SESSION_INACTIVITY_MINUTES",
                SessionRule.DEFAULT_INACTIVITY_MINUTES,
                SessionRule.MIN_INACTIVITY_MINUTES,
                SessionRule.MAX_INACTIVITY_MINUTES);
        return new SessionRule(Duration.ofMinutes(minutes));
    }

    private boolean isSet(String name) {
        return !shell.variable(name).isBlank();
    }

    private String secret(String name) {
        String value = shell.variable(name).strip();
        if (Shell.isUnreadable(value)) {
            throw new Failure(
                    Exit.USAGE, name + " has a character that cannot be read here", "run it with LC_ALL=C.UTF-8");
        }
        if (value.length() < KeyedHash.MIN_SECRET_LENGTH) {
            throw wrong(
                    name,
                    "at least " + KeyedHash.MIN_SECRET_LENGTH
                            + " characters, the same value as the service's (that of make run is in .data/development.env)");
        }
        return value;
    }

    /** The service's public address. */
    public URI publicUrl() {
        if (!isSet("PUBLIC_URL") && isSet("FLY_APP_NAME")) {
            return SecureUrl.ofFlyApp(shell.variable("FLY_APP_NAME"));
        }
        return SecureUrl.parseBase(shell.variable("PUBLIC_URL"))
                .orElseThrow(
                        () -> wrong(
                                "PUBLIC_URL",
                                "the service's address, beginning with https:// (http:// only on this machine), without a query"));
    }

    private int number(String name, int fallback, int min, int max) {
        String text = shell.variable(name).strip();
        if (text.isEmpty()) {
            return fallback;
        }
        if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) < min || Integer.parseInt(text) > max) {
            throw wrong(name, "a number from " + min + " to " + max);
        }
        return Integer.parseInt(text);
    }

    private static Failure wrong(String name, String rule) {
        return new Failure(Exit.USAGE, name + " is missing or wrong", "set it to " + rule);
    }
}
