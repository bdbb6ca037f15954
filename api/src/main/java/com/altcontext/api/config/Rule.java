package com.altcontext.api.config;

import com.altcontext.attribution.Countries;
import com.altcontext.client.Cidr;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.lead.Email;
import com.altcontext.property.Property;
import com.altcontext.value.Rejected;
import com.altcontext.value.SecureUrl;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;

/** The rule that a {@link Variable}'s value must follow, so that {@link AppConfig} can be made from it. */
enum Rule {
    /** Within the variable's bounds. */
    WHOLE_NUMBER("a whole number from %d to %d"),
    /** With a minimum length. */
    SECRET("at least %d characters"),
    FLAG("true or false"),
    LEVEL("one of error, warn, info, debug, trace"),
    HEADER("the name of a header"),
    TEXT("a text"),
    LINE("one line of text"),
    SLUG("a property's slug"),
    EMAIL("an e-mail address"),
    COUNTRIES("a file with countries in MaxMind's format"),
    SCRIPT_PATH("a path like /js/site.js, with one folder at the most, outside /v1/ and /dashboard/"),
    HOST("an IP address, or a name that this machine can resolve"),
    URL("an address that begins with https:// (http:// only on this machine)"),
    BASE_URL("an address that begins with https:// (http:// only on this machine), without a query"),
    DATABASE_URL("the database's address, postgres://user:password@host:5432/name"),
    SMTP_URL("smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS"),
    MAILBOX("an e-mail address, or a name with one: Our Site <news@example.ca>"),
    REDIS_URL("redis://user:password@host:6379/0, or rediss:// for TLS"),
    ORIGINS("origins separated by commas, each https://host or http://host:port, without a path or the default port"),
    NETWORKS("networks separated by commas, each like 10.0.0.0/8 or fd00::/8");

    private final String text;

    Rule(String text) {
        this.text = text;
    }

    /** The end of the sentence "NAME must be …". */
    String text(Variable variable) {
        return text.formatted(variable.min(), variable.max());
    }

    boolean accepts(Variable variable, String value) {
        try {
            return switch (this) {
                case WHOLE_NUMBER ->
                    Integer.parseInt(value) >= variable.min() && Integer.parseInt(value) <= variable.max();
                case SECRET -> value.length() >= variable.min();
                case FLAG -> value.matches("(?i)true|false");
                case LEVEL -> value.matches("(?i)error|warn|info|debug|trace");
                case HEADER -> value.matches("[A-Za-z0-9-]{1,64}");
                case TEXT -> true;
                case LINE -> value.chars().noneMatch(Character::isISOControl);
                case SLUG -> Property.isSlug(value);
                case EMAIL -> parses(() -> Email.of("address", value));
                case COUNTRIES -> opens(Path.of(value));
                case SCRIPT_PATH ->
                    value.matches("(?!/v1/|/dashboard/)(/[A-Za-z0-9_-]+)?/[A-Za-z0-9_-][A-Za-z0-9_.-]*\\.js");
                case HOST -> parses(() -> InetAddress.getByName(value));
                case URL -> SecureUrl.parse(value).isPresent();
                case BASE_URL -> SecureUrl.parseBase(value).isPresent();
                case DATABASE_URL -> parses(() -> DatabaseUrl.parse(value).requireAuthorities());
                case REDIS_URL ->
                    value.matches("rediss?://([^:/?#@]*:[^/?#@]*@)?[^/?#@]+(/[0-9]{0,3})?")
                            && parses(() -> URI.create(value));
                case SMTP_URL -> parses(() -> SmtpServer.of(value));
                case MAILBOX -> parses(() -> Mailbox.of(value));
                case ORIGINS -> all(value, Rule::isOrigin);
                case NETWORKS -> all(value, network -> parses(() -> Cidr.parse(network)));
            };
        } catch (IllegalArgumentException broken) {
            return false; // an invalid file name or number
        }
    }

    /** Reads a value; throws if it is invalid. */
    @FunctionalInterface
    private interface Parser {
        Object parse() throws UnknownHostException;
    }

    private static boolean parses(Parser parser) {
        try {
            var _ = parser.parse();
            return true;
        } catch (IllegalArgumentException | Rejected | UnknownHostException broken) {
            return false;
        }
    }

    /** Without this, a wrong file would stop the start too, but without the variable's name and the other faults. */
    private static boolean opens(Path countries) {
        Countries.open(countries).close();
        return true;
    }

    /** Empty parts are ignored. */
    private static boolean all(String list, Predicate<String> rule) {
        return Arrays.stream(list.split(",", -1))
                .filter(part -> !part.isEmpty())
                .map(String::strip)
                .allMatch(rule);
    }

    private static boolean isOrigin(String origin) {
        URI uri = URI.create(origin);
        boolean https = "https".equalsIgnoreCase(uri.getScheme());
        return (https || "http".equalsIgnoreCase(uri.getScheme()))
                && uri.getHost() != null
                && origin.equals(uri.getScheme() + "://" + uri.getRawAuthority())
                // Browsers leave the default port out, so an origin with it would never match.
                && uri.getPort() != (https ? 443 : 80)
                && uri.getRawUserInfo() == null;
    }
}
