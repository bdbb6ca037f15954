package com.altcontext.privacy;

import com.altcontext.lead.Email;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A regular expression (PostgreSQL manual, 9.7.3, for {@code ~*}) that finds an address in texts that people have
 * sent. It finds the domain in ASCII or in Unicode. It also finds an address that is percent-encoded (RFC 3986), even
 * several times, or escaped as in JSON, since a JSON document may contain another as text.
 *
 * <p>It finds only the whole address: {@code jimbob@x.ca}, {@code jim+bob@x.ca} and {@code bob@x.ca.example} do not
 * hold {@code bob@x.ca}; {@code ?mail=bob%40x.ca}, {@code <bob@x.ca>} and {@code 'bob@x.ca'} do. If a text can be
 * read both ways (an address may begin with {@code =}), it matches: erasing another person's value, once in a
 * million, is better than leaving an address in place.
 *
 * @param rough matches every text that could hold the address, and a few more; cheaper, since it ignores the
 *     surrounding text
 * @param precise matches the texts that hold the address
 */
record AddressPattern(String rough, String precise) {
    /** A percent sign that may be encoded itself: {@code %2540} is an at sign that is encoded twice. */
    private static final String PERCENT = "%(?:25)*";

    /**
     * A backslash, plain or percent-encoded. The character 1 stands for it in the texts of a document ({@link
     * PersonalDataColumns#documentTexts}).
     */
    private static final String BACKSLASH = "(?:[\\\\\\x01]|" + PERCENT + "5c)";

    /**
     * The hexadecimal codes of the characters that the name before the @ may contain.
     */
    private static final String NAME = "(?:2[bde]|5f|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])";

    /**
     * A percent-encoded character just before the address, unless the name before the @ may contain it.
     */
    private static final String ENCODED_BREAK = PERCENT + "(?!" + NAME + ")[0-9a-f]{2}";

    /** The same for a character that is escaped as in JSON, in JSON that was sent as a text. */
    private static final String ESCAPED_BREAK = BACKSLASH + "(?:[nrtbf]|u(?!00" + NAME + ")[0-9a-f]{4})";

    /**
     * What may stand before the address. An apostrophe may be a quotation mark, but not after a letter: {@code
     * o'bob@x.ca}.
     */
    private static final String BEFORE = "(?:^|[^a-z0-9._+%'-]|(?:^|[^a-z0-9])'|(?:^|[^a-z0-9+_%'-])\\.|"
            + ENCODED_BREAK + "|" + ESCAPED_BREAK + ")";

    /**
     * What may stand before an address whose @ is encoded: a plus sign is a space there.
     */
    private static final String BEFORE_ENCODED = "(?:\\+|" + BEFORE + ")";

    /** What must not follow: the rest of a longer domain. A full stop may end a sentence. */
    private static final String AFTER = "(?!-*[a-z0-9]|\\.[a-z0-9])";

    /** Other characters that people type for the dots of a domain (RFC 3490, section 3.1). */
    private static final String OTHER_DOTS = "\u3002\uFF0E\uFF61";

    static AddressPattern of(Email email) {
        Set<String> forms = new LinkedHashSet<>();
        for (String form : email.writtenForms()) {
            forms.add(form);
            forms.add(Normalizer.normalize(form, Normalizer.Form.NFD));
        }
        return new AddressPattern(
                forms.stream().map(AddressPattern::rough).collect(Collectors.joining("|")),
                "(?:" + forms.stream().map(AddressPattern::precise).collect(Collectors.joining("|")) + ")" + AFTER);
    }

    private static String rough(String form) {
        return form.codePoints().mapToObj(AddressPattern::written).collect(Collectors.joining());
    }

    private static String precise(String form) {
        int at = form.indexOf('@');
        String local = rough(form.substring(0, at));
        String domain = rough(form.substring(at + 1));
        return BEFORE + local + "(?:@|" + BACKSLASH + "+u0040)" + domain + "|" + BEFORE_ENCODED + local + PERCENT + "40"
                + domain;
    }

    /**
     * Matches a character, whether plain, percent-encoded or escaped. ASCII letters and digits only match plain: in
     * practice they are never encoded.
     */
    private static String written(int character) {
        if (character == '.') {
            return "(?:\\.|" + encoded('.') + "|"
                    + OTHER_DOTS
                            .chars()
                            .mapToObj(dot -> Character.toString(dot) + "|" + encoded(dot))
                            .collect(Collectors.joining("|"))
                    + ")";
        }
        if (character < 128) {
            return Character.isLetterOrDigit(character)
                    ? Character.toString(character)
                    : "(?:\\" + Character.toString(character) + "|" + encoded(character) + ")";
        }
        int upper = Character.toUpperCase(character);
        String plain = Character.toString(character) + "|" + encoded(character);
        return "(?:" + plain + (upper == character ? "" : "|" + Character.toString(upper) + "|" + encoded(upper)) + ")";
    }

    private static String encoded(int character) {
        String text = Character.toString(character);
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            encoded.append(PERCENT).append(String.format(Locale.ROOT, "%02x", octet));
        }
        encoded.append('|');
        text.chars().forEach(unit -> encoded.append(BACKSLASH).append(String.format(Locale.ROOT, "+u%04x", unit)));
        return encoded.toString();
    }

    /** Hides the address. */
    @Override
    public String toString() {
        return "AddressPattern";
    }
}
