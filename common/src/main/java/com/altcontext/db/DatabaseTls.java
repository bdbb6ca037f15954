package com.altcontext.db;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a connection to the database is encrypted. The URL decides; if it does not say, the kind of host decides. By
 * default, pgjdbc and libpq use TLS only if the server offers it, so an attacker in between could remove the offer and
 * read the password.
 *
 * @param mode the {@code sslmode} of pgjdbc and libpq; empty for their default, TLS if the server offers it
 * @param publicAuthorities whether a certificate is checked against the authorities that come with the platform (the JVM's, or
 *     what libpq 16 calls {@code sslrootcert=system}) rather than against a file of the operator's
 */
public record DatabaseTls(Optional<String> mode, boolean publicAuthorities) {
    private static final String VERIFIED = "verify-full";

    /** The value of {@code sslrootcert} that means the platform's authorities instead of a file. */
    private static final String SYSTEM = "system";

    /** Names of private networks. Fly's encrypts all traffic, and databases on it offer no TLS. */
    private static final Pattern PRIVATE_NAME = Pattern.compile("[^.]+|.*\\.(localhost|local|internal|flycast)");

    /** Fly's managed databases always offer TLS. Fly's documentation does not say who signs their certificates. */
    private static final String MANAGED_BY_FLY = ".flympg.net";

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*]");

    /** @param hosts all of them get the mode that the least private one needs */
    static DatabaseTls of(List<String> hosts, Map<String, String> options) {
        Optional<String> mode = Optional.ofNullable(options.get("sslmode"))
                .or(() -> hosts.stream()
                        .flatMap(host -> defaultMode(host, options.get("sslrootcert") != null).stream())
                        .reduce((one, other) -> other.equals(VERIFIED) ? other : one));
        boolean system = SYSTEM.equals(options.get("sslrootcert"));
        boolean ownFile = options.containsKey("sslcert")
                || (options.containsKey("sslrootcert") && !system)
                || (!system && Files.exists(ownAuthorities()));
        return new DatabaseTls(mode, mode.filter(VERIFIED::equals).isPresent() && !ownFile);
    }

    /** Properties for pgjdbc, which without them verifies certificates only against a file. */
    Map<String, String> driverOptions() {
        if (publicAuthorities) {
            return Map.of("sslmode", VERIFIED, "sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        return mode.map(chosen -> Map.of("sslmode", chosen)).orElseGet(Map::of);
    }

    /** Why a certificate could not be verified against a file; empty if it could, or if it is not. */
    Optional<String> faultOfAuthorities(Map<String, String> options) {
        if (publicAuthorities
                || mode.filter(chosen -> chosen.startsWith("verify-")).isEmpty()) {
            return Optional.empty();
        }
        String named = options.getOrDefault("sslrootcert", SYSTEM);
        if (!named.equals(SYSTEM)) {
            return faultOf(named).map(fault -> "names a file in sslrootcert that " + fault);
        }
        return Files.exists(ownAuthorities())
                ? faultOf(ownAuthorities().toString())
                        .map(fault -> "needs the file ~/.postgresql/root.crt, which " + fault)
                : Optional.of("has an sslmode that needs a file in sslrootcert");
    }

    private static Optional<String> faultOf(String file) {
        try {
            InputStream content = new ByteArrayInputStream(Files.readAllBytes(Path.of(file)));
            if (!CertificateFactory.getInstance("X.509")
                    .generateCertificates(content)
                    .isEmpty()) {
                return Optional.empty();
            }
        } catch (IOException | InvalidPathException unreadable) {
            return Optional.of("cannot be read");
        } catch (CertificateException other) {
            // It is another kind of file.
        }
        return Optional.of("holds no certificate");
    }

    private static Optional<String> defaultMode(String host, boolean authorityNamed) {
        if (authorityNamed) {
            return Optional.of(VERIFIED);
        }
        String name = host.toLowerCase(Locale.ROOT);
        if (name.endsWith(MANAGED_BY_FLY)) {
            return Optional.of("require");
        }
        return isPrivate(name) ? Optional.empty() : Optional.of(VERIFIED);
    }

    private static boolean isPrivate(String host) {
        if (!ADDRESS.matcher(host).matches()) {
            return PRIVATE_NAME.matcher(host).matches();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(host.replaceAll("^\\[|(%.*)?]$", ""));
            boolean uniqueLocal =
                    address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc; // RFC 4193
            return address.isLoopbackAddress()
                    || address.isSiteLocalAddress()
                    || address.isLinkLocalAddress()
                    || uniqueLocal;
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }

    /** The file in which pgjdbc and libpq look for authorities by default. */
    private static Path ownAuthorities() {
        return Path.of(System.getProperty("user.home", ""), ".postgresql", "root.crt");
    }
}
