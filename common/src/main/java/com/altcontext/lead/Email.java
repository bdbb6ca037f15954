package com.altcontext.lead;

import com.altcontext.value.HostName;
import com.altcontext.value.Rejected;
import com.altcontext.value.Text;
import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An e-mail address in the one form in which it is stored and compared.
 *
 * <p><b>Syntax</b>: the "valid e-mail address" of the HTML Living Standard's {@code <input type=email>}, which is
 * what the forms that send it check. There are no quoted local parts, comments or address literals. Lengths are those
 * of RFC 5321 (section 4.5.3.1) and RFC 1035: local part up to 64 octets, domain up to 253, each label up to 63.
 *
 * <p><b>Normalised</b>: space around the address is removed, the whole is lower-cased, and a domain with letters
 * other than ASCII is turned into its ASCII form (IDNA 2003, RFC 3490, as {@link IDN} implements it). So {@code
 * Jo@Bücher.example} and {@code jo@xn--bcher-kva.example} are one address. The local part is lower-cased although RFC
 * 5321 lets a host distinguish {@code Jo} from {@code jo}: no common host does, and people type both.
 *
 * <p><b>Not normalised</b>: dots and {@code +tags} in the local part are kept, since only the host knows what they
 * mean. A domain that is another name of the same service is kept too. So {@code jo+news@example.ca} is not {@code
 * jo@example.ca}, and each is unsubscribed and erased separately.
 *
 * <p><b>Refused</b>: a local part with letters other than ASCII (RFC 6531), and a domain with letters newer than
 * Unicode 3.2 or with one of the four characters that IDNA 2003 maps to another domain than IDNA 2008 does ({@code
 * ß}, {@code ς} and the two joiners): a wrong guess would send mail to a stranger. In their ASCII form, which
 * browsers send, such domains are accepted.
 *
 * @param value lower case, ASCII, at most 318 characters
 */
public record Email(String value) {
    /** Longer input is refused before its domain is turned into ASCII. */
    private static final int MAX_INPUT = 320;

    private static final int MAX_LOCAL_PART = 64;

    private static final Pattern LOCAL_PART = Pattern.compile("[a-z0-9.!#$%&'*+/=?^_`{|}~-]+");
    /** Country-code domains with a mail server of their own. Others must not have one (RFC 7085). */
    private static final Set<String> DOTLESS_DOMAINS = Set.of("ai", "cf", "gp", "gt", "ws");

    /** @throws Rejected for the field {@code email} */
    public Email {
        value = normal("email", value);
    }

    /**
     * An address as a person wrote it.
     *
     * @throws Rejected naming the field and the rule, never the value
     */
    public static Email of(String field, String text) {
        return new Email(normal(field, text));
    }

    /**
     * An address that mail from other hosts can reach: its domain has a dot, or is one of the few top-level domains
     * that accept mail. {@code jo@localhost} is refused in development too; any address of {@code example.ca} works
     * there.
     *
     * @throws Rejected naming the field and the rule, never the value
     */
    public static Email reachable(String field, String text) {
        Email email = of(field, text);
        String domain = email.value.substring(email.value.indexOf('@') + 1);
        if (domain.indexOf('.') < 0 && !DOTLESS_DOMAINS.contains(domain)) {
            throw Rejected.of(field, "must be an e-mail address whose domain has a dot, like jo@example.ca");
        }
        return email;
    }

    /**
     * The ways in which a text may contain this address, to be searched for without regard to case: with the domain
     * in ASCII, and in Unicode if that differs.
     */
    public List<String> writtenForms() {
        int at = value.indexOf('@');
        String local = value.substring(0, at + 1);
        String domain = value.substring(at + 1);
        String unicode = IDN.toUnicode(domain).toLowerCase(Locale.ROOT);
        return unicode.equals(domain) ? List.of(value) : List.of(value, local + unicode);
    }

    /** The first letter and the domain: enough to recognise a mistake, too little to write to. */
    @Override
    public String toString() {
        return value.charAt(0) + "…" + value.substring(value.indexOf('@'));
    }

    private static String normal(String field, String text) {
        String trimmed = Text.trimmed(field, text, 1, MAX_INPUT);
        int at = trimmed.indexOf('@');
        String local = at < 0 ? "" : lower(trimmed.substring(0, at));
        String domain = at < 0 ? null : HostName.ascii(trimmed.substring(at + 1));
        if (domain == null
                || local.length() > MAX_LOCAL_PART
                || !LOCAL_PART.matcher(local).matches()) {
            throw Rejected.of(field, "must be an e-mail address");
        }
        return local + "@" + domain;
    }

    /**
     * Lower-cases only A to Z: {@link String#toLowerCase} would turn some other letters into ASCII, such as the
     * Kelvin sign into a k.
     */
    private static String lower(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        return lower.toString();
    }
}
