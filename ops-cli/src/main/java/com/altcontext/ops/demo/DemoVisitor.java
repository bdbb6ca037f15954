package com.altcontext.ops.demo;

import static com.altcontext.ops.demo.WeightedChoice.weight;

import com.altcontext.client.Client;
import com.altcontext.lead.Email;
import com.altcontext.visit.AnonId;
import java.net.InetAddress;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An invented visitor.
 *
 * @param address in 198.18.0.0/15, which is reserved for tests (RFC 2544)
 * @param country null for a bot
 * @param email at a domain that gets no mail (RFC 2606)
 */
record DemoVisitor(
        AnonId anonId,
        InetAddress address,
        String userAgent,
        @Nullable String country,
        Email email,
        boolean isSlow) {
    private static final WeightedChoice<String> BROWSERS = WeightedChoice.of(
            weight(
                    28,
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                            + "Version/18.6 Mobile/15E148 Safari/604.1"),
            weight(
                    25,
                    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
                            + "Mobile Safari/537.36"),
            weight(
                    23,
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
                            + "Safari/537.36"),
            weight(
                    12,
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                            + "Version/18.6 Safari/605.1.15"),
            weight(5, "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
            weight(
                    7,
                    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                            + "Version/18.6 Mobile/15E148 Safari/604.1"));

    private static final WeightedChoice<String> BOTS = WeightedChoice.of(
            weight(6, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
            weight(3, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
            weight(2, "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"));

    private static final WeightedChoice<String> COUNTRIES = WeightedChoice.of(
            weight(66, "CA"),
            weight(17, "US"),
            weight(5, "FR"),
            weight(4, "GB"),
            weight(3, "DE"),
            weight(2, "JP"),
            weight(2, "AU"),
            weight(1, "MX"));

    private static final List<String> NAMES = List.of(
            "marie", "liam", "olivia", "noah", "emma", "jacob", "chloe", "lucas", "sophie", "mei", "amir", "anika");

    private static final List<String> DOMAINS = List.of("example.com", "example.org", "example.net");

    /** @param number makes the e-mail address unique */
    static DemoVisitor person(RandomGenerator random, int number) {
        String userAgent = BROWSERS.pick(random);
        boolean isSlow = userAgent.contains("Android") || random.nextInt(6) == 0;
        return of(random, number, userAgent, COUNTRIES.pick(random), isSlow);
    }

    static DemoVisitor bot(RandomGenerator random, int number) {
        return of(random, number, BOTS.pick(random), null, false);
    }

    private static DemoVisitor of(
            RandomGenerator random, int number, String userAgent, @Nullable String country, boolean isSlow) {
        AnonId anonId = new AnonId(new UUID(random.nextLong(), random.nextLong()).toString());
        InetAddress address = InetAddress.ofLiteral("198.18." + random.nextInt(256) + "." + (1 + random.nextInt(254)));
        String name = NAMES.get(number % NAMES.size()) + "." + number;
        Email email = new Email(name + "@" + DOMAINS.get(number % DOMAINS.size()));
        return new DemoVisitor(anonId, address, userAgent, country, email, isSlow);
    }

    Client on(DemoPage page) {
        return new Client(address, userAgent, page.hostname(), false, null);
    }
}
