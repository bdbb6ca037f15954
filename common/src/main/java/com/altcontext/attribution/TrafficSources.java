package com.altcontext.attribution;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what brought a visitor, from the campaign parameters and the referrer. It looks at them in a fixed order: UTM
 * medium, UTM source, campaign name, referrer's host. The first one present decides.
 */
public final class TrafficSources {
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final Sites searchEngines;
    private final Sites socialNetworks;

    private TrafficSources(Sites searchEngines, Sites socialNetworks) {
        this.searchEngines = searchEngines;
        this.socialNetworks = socialNetworks;
    }

    /** Reads the lists of search engines and social networks. */
    public static TrafficSources load() {
        return new TrafficSources(Sites.read("search-engines.txt"), Sites.read("social-networks.txt"));
    }

    /**
     * The well-known site that a host belongs to, as people call it: Google for {@code www.google.ca}.
     *
     * @param host in the form of {@link ReferrerHost#of}
     * @return null if it is neither a search engine nor a social network
     */
    public @Nullable String siteOf(String host) {
        String engine = searchEngines.nameAt(host);
        return engine == null ? socialNetworks.nameAt(host) : engine;
    }

    /**
     * What brought the visitor; {@link TrafficSource#UNKNOWN} only if there is a referrer without a readable host.
     *
     * @param ownDomains the domains of the property; a referrer in one of them, or below it, is internal
     */
    public TrafficSource classify(Utm utm, @Nullable String referrer, Collection<String> ownDomains) {
        if (utm.medium() != null) {
            Set<String> words = words(utm.medium());
            if (!words.isEmpty()) {
                return ofMedium(words, utm.source());
            }
        }
        if (utm.source() != null) {
            return ofSource(utm.source());
        }
        if (utm.campaign() != null) {
            return TrafficSource.CAMPAIGN;
        }
        return ofReferrer(referrer, ownDomains);
    }

    private TrafficSource ofMedium(Set<String> words, @Nullable String source) {
        boolean paid = words.contains("cpc") || words.contains("ppc") || anyBeginsWith(words, "paid");
        if (anyBeginsWith(words, "social") || (paid && source != null && socialNetworks.named(source))) {
            return TrafficSource.SOCIAL;
        }
        if (paid) {
            return TrafficSource.PAID_SEARCH;
        }
        if (meansEmail(words)) {
            return TrafficSource.EMAIL;
        }
        if (words.contains("organic")) {
            return TrafficSource.ORGANIC_SEARCH;
        }
        if (words.contains("referral")) {
            return TrafficSource.REFERRAL;
        }
        // display, banner, cpm, retargeting, affiliate, and any other
        return TrafficSource.CAMPAIGN;
    }

    private TrafficSource ofSource(String source) {
        if (searchEngines.named(source)) {
            return TrafficSource.ORGANIC_SEARCH;
        }
        if (socialNetworks.named(source)) {
            return TrafficSource.SOCIAL;
        }
        return meansEmail(words(source)) ? TrafficSource.EMAIL : TrafficSource.CAMPAIGN;
    }

    private TrafficSource ofReferrer(@Nullable String referrer, Collection<String> ownDomains) {
        if (isNone(referrer)) {
            return TrafficSource.DIRECT;
        }
        String host = ReferrerHost.of(referrer);
        if (host == null) {
            // Another site sent the visitor, but it is not known which: direct would be a guess.
            return TrafficSource.UNKNOWN;
        }
        for (String domain : ownDomains) {
            if (isOwn(host, domain)) {
                return TrafficSource.INTERNAL;
            }
        }
        if (searchEngines.at(host)) {
            return TrafficSource.ORGANIC_SEARCH;
        }
        return socialNetworks.at(host) ? TrafficSource.SOCIAL : TrafficSource.REFERRAL;
    }

    /** Browsers write {@code about:blank} or {@code about:client} if there is no referrer. */
    private static boolean isNone(@Nullable String referrer) {
        return referrer == null
                || referrer.isBlank()
                || referrer.strip().regionMatches(true, 0, "about:", 0, "about:".length());
    }

    /** A property on www.example.com also owns example.com, since one usually redirects to the other. */
    private static boolean isOwn(String host, String ownDomain) {
        if (host.equals(ownDomain)) {
            return true;
        }
        String domain = ReferrerHost.of("//" + ownDomain.strip());
        if (domain == null) {
            return false;
        }
        return ReferrerHost.within(host, domain.startsWith("www.") ? domain.substring("www.".length()) : domain);
    }

    private static boolean meansEmail(Set<String> words) {
        return words.contains("email") || words.contains("newsletter");
    }

    private static boolean anyBeginsWith(Set<String> words, String beginning) {
        for (String word : words) {
            if (word.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    /** The words (letters and digits), in lower case. If "e" and "mail" follow each other, "email" is added. */
    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        String before = "";
        for (String word : BETWEEN_WORDS.split(text.toLowerCase(Locale.ROOT), -1)) {
            if (before.equals("e") && word.equals("mail")) {
                words.add("email");
            }
            if (!word.isEmpty()) {
                words.add(word);
            }
            before = word;
        }
        return words;
    }
}
