package com.altcontext.api.config;

import com.altcontext.lead.Email;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sender of {@code MAIL_FROM}: {@code news@example.ca}, or {@code Our Site <news@example.ca>}.
 *
 * @param name has no character that would need a backslash in quotation marks; null if there is no name
 * @param address in the form that mail servers take: an international domain in ASCII
 */
public record Mailbox(@Nullable String name, Email address) {
    private static final Pattern NAMED = Pattern.compile("([^<>\"(),:;@\\\\\\p{Cntrl}]+) <([^<>]+)>");

    /** @throws com.altcontext.value.Rejected if the text has neither form */
    public static Mailbox of(String text) {
        Matcher named = NAMED.matcher(text);
        return named.matches()
                ? new Mailbox(named.group(1).strip(), Email.reachable("address", named.group(2)))
                : new Mailbox(null, Email.reachable("address", text));
    }

    /** The domain of the address, in ASCII. */
    public String domain() {
        return address.value().substring(address.value().lastIndexOf('@') + 1);
    }
}
