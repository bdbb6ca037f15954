package com.altcontext.delivery;

import com.altcontext.db.Row;
import com.altcontext.value.Issues;
import com.altcontext.value.KeyedHash;
import com.altcontext.value.Rejected;
import com.altcontext.value.SecureUrl;
import java.net.URI;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * An operator's webhook: a URL, and the events that are sent to it.
 *
 * @param name see {@link #isName}
 * @param id random; a webhook that is removed and added again gets a new id, and with it a new secret
 * @param url {@code https}, or {@code http} on this machine; it may hold a secret, so it is never printed in full
 */
public record Webhook(String name, UUID id, URI url, Set<WebhookEvent> events, Instant createdAt) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    private static final int MAX_URL = 2_048;

    public Webhook {
        events = Set.copyOf(events);
    }

    /** Whether a text may be a webhook's name: 1 to 63 of a–z, 0–9, - and _, beginning with a letter or a digit. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * Makes a new webhook.
     *
     * @param events keys of {@link WebhookEvent}
     * @throws Rejected with all rules that are broken
     */
    public static Webhook of(String name, String url, List<String> events, Instant now) {
        Issues issues = new Issues();
        if (!isName(name)) {
            issues.add("name", "must be 1 to 63 of a-z, 0-9, - and _, and begin with a letter or a digit");
        }
        String address = url.strip();
        if (address.length() > MAX_URL || SecureUrl.parse(address).isEmpty()) {
            issues.add(
                    "url",
                    "must begin with https:// (http:// only on this machine), must not contain a user, a password or #, and"
                            + " must not be longer than 2048 characters");
        }
        Set<WebhookEvent> wanted = EnumSet.noneOf(WebhookEvent.class);
        for (String event : events) {
            WebhookEvent.named(event)
                    .ifPresentOrElse(
                            wanted::add,
                            () -> issues.add(
                                    "events", "must be one or more of lead.captured, consent.changed and lead.erased"));
        }
        issues.throwIfAny();
        return new Webhook(name, UUID.randomUUID(), URI.create(address), wanted, now);
    }

    static Webhook read(Row row) throws SQLException {
        Set<WebhookEvent> events = EnumSet.noneOf(WebhookEvent.class);
        for (String event : row.texts(4)) {
            WebhookEvent.named(event).ifPresent(events::add);
        }
        return new Webhook(row.text(1), row.id(2), URI.create(row.text(3)), events, row.time(5));
    }

    /**
     * The secret that signs its messages, in the form that the receivers' libraries expect. It is derived and not
     * stored, so that nobody can forge messages with a copy of the database.
     *
     * @param pepper the hash under {@code IP_HASH_PEPPER}
     */
    public String secret(KeyedHash pepper) {
        return "whsec_" + Base64.getEncoder().encodeToString(pepper.of("webhook\n" + id));
    }

    /** The URL without its path, which may hold a secret. */
    public String shownUrl() {
        return url.getScheme() + "://" + url.getRawAuthority() + "/…";
    }
}
