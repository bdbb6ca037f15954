package com.altcontext.retention;

import com.altcontext.lead.Email;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A regular expression (PostgreSQL manual, 9.7.3, for {@code ~*}) that finds an address in texts that people have sent.
 * It finds the domain in ASCII or in its own letters, and everything percent-encoded (RFC 3986), even more than once,
 * or escaped as in JSON, since one JSON document may contain another as text.
 *
 * <p>It finds the address as a whole: {@code jimbob@x.ca}, {@code jim+bob@x.ca} and {@code bob@x.ca.example} do not hold
 * {@code bob@x.ca}; {@code ?mail=bob%40x.ca}, {@code <bob@x.ca>} and {@code 'bob@x.ca'} do. Where both can be meant (an address may
 * begin with {@code =}), it is found: erasing a value of another person, once in a million, is better than
 * leaving an address in place.
 *
 * @param rough finds every text that could hold it, and a few more; cheaper, since it ignores the surrounding text
 * @param precise finds the texts that hold it
 */
record AddressPattern(String rough, String precise) {
    /** The hexadecimal digits of an encoded percent sign, as in {@code %2540}: encoded twice. */
    private static final String PERCENT = "%(?:25)*";

    /** A backslash, itself or encoded. The character 1 stands for it where SQL looks into a document. */
    private static final String BACKSLASH = "(?:[\\\\\\x01]|" + PERCENT + "5c)";

    /** The hexadecimal digits of what the name before the @ would hold. */
    private static final String NAME = "(?:2[bde]|5f|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])";

    /** An encoded character ends before the address, unless it is one that the name before the @ would hold. */
    private static final String ENCODED_BREAK = PERCENT + "(?!" + NAME + ")[0-9a-f]{2}";

    /** The same for a character that is escaped, in JSON that was sent as a text. */
    private static final String ESCAPED_BREAK = BACKSLASH + "(?:[nrtbf]|u(?!00" + NAME + ")[0-9a-f]{4})";

    /** What may stand before it. An apostrophe may be a quotation mark, but not after a letter: {@code o'bob@x.ca}. */
    private static final String BEFORE = "(?:^|[^a-z0-9._+%'-]|(?:^|[^a-z0-9])'|(?:^|[^a-z0-9+_%'-])\\.|"
            + ENCODED_BREAK + "|" + ESCAPED_BREAK + ")";

    /** Where the @ is encoded, a plus sign is a space. */
    private static final String BEFORE_ENCODED = "(?:\\+|" + BEFORE + ")";

    /** Neither a longer name nor a longer domain; a full stop may end a sentence. */
    private static final String AFTER = "(?!-*[a-z0-9]|\\.[a-z0-9])";

    /** What people type for the dots of a domain (RFC 3490, section 3.1). */
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

    /** A character: plain, encoded or escaped. In practice, ASCII letters and digits are always plain. */
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
