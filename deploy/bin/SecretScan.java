import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads file names, each ended by a zero byte, from its input and looks for what must not be in a repository. Prints
 * {@code file:line: rule}, never the secret, and exits 1 when there is one. A line that holds {@code secret-scan:allow} and a
 * reason is let through.
 */
final class SecretScan {
    private static final Pattern SECRET_FILE = Pattern.compile(
            "(.*/)?(id_(rsa|dsa|ecdsa|ed25519)|\\.env(\\.(?!(production\\.)?example$).*)?|.*\\.(p12|pfx|jks|keystore|key))");

    private static final Map<String, Pattern> TOKENS = tokens();

    /** User, password, host of a database's address. */
    private static final Pattern DATABASE =
            Pattern.compile("(?i)postgres(?:ql)?://[^\\s:/@\"'`]+:([^\\s@/\"'`]+)@(\\[[^]]*]|[^\\s:/?\"'`]+)");

    private static final Pattern HARMLESS_HOST = Pattern.compile(
            "(?i)127\\..*|[a-z]|localhost|\\[::1]|host|(.*\\.)?example(\\.(com|org|net))?|.*\\.(invalid|test|localhost)");

    private static final Pattern ASSIGNMENT = Pattern.compile(
            "\\b([A-Za-z0-9_]*(?:KEY|SECRET|PEPPER|TOKEN|PASSWORD))\\b[\"']?\\s*[=:]\\s*[\"']?([A-Za-z0-9+/=_.-]{16,})");

    private final List<String> found = new ArrayList<>();

    private static Map<String, Pattern> tokens() {
        Map<String, String> rules = new LinkedHashMap<>();
        rules.put("a private key", "-----BEGIN [A-Z0-9 ]*PRIVATE KEY");
        rules.put("a Fly.io token", "FlyV1 [A-Za-z0-9_+/=,-]{16,}|\\bfo1_[A-Za-z0-9_-]{16,}|\\bfm[12][a-z]?_[A-Za-z0-9_+/=-]{16,}");
        rules.put("an AWS key", "\\b(AKIA|ASIA)[0-9A-Z]{16}\\b");
        rules.put("a GitHub token", "\\bgh[pousr]_[A-Za-z0-9]{30,}|\\bgithub_pat_[A-Za-z0-9_]{40,}");
        rules.put("a Slack token", "\\bxox[abprs]-[A-Za-z0-9-]{16,}");
        rules.put("a payment key", "\\b[rs]k_live_[A-Za-z0-9]{16,}");
        Map<String, Pattern> tokens = new LinkedHashMap<>();
        rules.forEach((name, pattern) -> tokens.put(name, Pattern.compile(pattern)));
        return tokens;
    }

    public static void main(String[] args) throws IOException {
        SecretScan scan = new SecretScan();
        String names = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        int files = 0;
        for (String name : names.split("\0")) {
            Path file = Path.of(name);
            if (!name.isEmpty() && Files.isRegularFile(file)) {
                scan.file(file);
                files++;
            }
        }
        scan.found.forEach(System.out::println);
        if (!scan.found.isEmpty()) {
            System.err.println("secret-scan: take these out and replace them where they are used: what was committed is known");
            System.exit(1);
        }
        System.out.println("secret-scan: " + files + " files, no secret");
    }

    private void file(Path file) throws IOException {
        if (SECRET_FILE.matcher(file.toString()).matches()) {
            found.add(file + ": a file that holds secrets by its name");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (text.indexOf('\0') >= 0) {
            return; // not text
        }
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (!line.contains("secret-scan:allow")) {
                line(file + ":" + number + ": ", line);
            }
        }
    }

    private void line(String place, String line) {
        TOKENS.forEach((name, pattern) -> {
            if (pattern.matcher(line).find()) {
                found.add(place + name);
            }
        });
        Matcher database = DATABASE.matcher(line);
        while (database.find()) {
            if (!HARMLESS_HOST.matcher(database.group(2)).matches() && looksDrawn(database.group(1), 8, 2.7)) {
                found.add(place + "a database's address with its password");
            }
        }
        Matcher assignment = ASSIGNMENT.matcher(line);
        while (assignment.find()) {
            if (looksDrawn(assignment.group(2), 16, 3.2)) {
                found.add(place + "a value for " + assignment.group(1) + " that looks drawn by lot");
            }
        }
    }

    /** Letters and digits mixed without a pattern: words, names and placeholders hold few digits or repeat themselves. */
    private static boolean looksDrawn(String text, int least, double bits) {
        long digits = text.chars().filter(Character::isDigit).count();
        long letters = text.chars().filter(Character::isLetter).count();
        return text.length() >= least && digits >= 2 && letters >= 2 && entropy(text) >= bits;
    }

    /** Shannon's, in bits a character. */
    private static double entropy(String text) {
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        text.chars().forEach(c -> counts.merge(c, 1, Integer::sum));
        return counts.values().stream()
                .mapToDouble(count -> (double) count / text.length())
                .map(share -> -share * Math.log(share) / Math.log(2))
                .sum();
    }
}
