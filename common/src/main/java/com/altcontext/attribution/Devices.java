package com.altcontext.attribution;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the kind of device from what the event declares and from the user agent. No regular expression is involved, so
 * no user agent can make it slow. A cache holds the results for the few user agents that most requests send.
 */
public final class Devices {
    /** How many characters of a user agent are read. Browsers send fewer. */
    private static final int MAX_READ = 512;

    private static final int CACHED = 2_000;

    private static final List<String> LINKS = words("http://|https://");

    private static final List<String> OTHER_SCREENS =
            words("smart-tv|smarttv|smart tv|hbbtv|googletv|android tv|appletv|apple tv|netcast|bravia|"
                    + "; aft|crkey|roku|web0s|playstation|xbox|nintendo");

    private static final List<String> TABLETS = words("ipad|tablet|playbook|kindle");

    private static final List<String> PHONES =
            words("mobile|mobi/|iphone|ipod|phone|android|opera mini|blackberry|bb10|symbian|symbos|"
                    + "series60|nokia|midp|kaios|webos|ucweb|docomo|kddi");

    private static final List<String> DESKTOPS =
            words("windows|macintosh|mac os x|mac_powerpc|x11|linux|cros |freebsd|openbsd|netbsd");

    private enum AgentKind {
        CRAWLER,
        LIBRARY,
        BROWSER
    }

    /**
     * What a user agent says: the kind of program that sends it, and the device on which it runs if it is a browser.
     */
    private record Reading(AgentKind kind, DeviceType device) {}

    private final Phrases crawlers;
    private final Phrases libraries;

    /**
     * The number of entries and the length of each are limited, so that a flood of invented user agents fills at most
     * one megabyte. A user agent that may contain an e-mail address is not kept.
     */
    private final LoadingCache<String, Reading> readings =
            Caffeine.newBuilder().maximumSize(CACHED).executor(Runnable::run).build(this::read);

    private Devices(Phrases crawlers, Phrases libraries) {
        this.crawlers = crawlers;
        this.libraries = libraries;
    }

    /** Reads the lists of crawlers and HTTP libraries. */
    public static Devices load() {
        return new Devices(Phrases.read("crawlers.txt"), Phrases.read("http-libraries.txt"));
    }

    /**
     * A crawler, a monitor or a headless browser is a bot, whatever the event declares. For all others the declared
     * type counts. If the event declares none, an HTTP library is a bot, and the user agent of a browser tells its
     * device.
     *
     * @param declared the type that the event declares; null if none
     */
    public DeviceType classify(@Nullable DeviceType declared, @Nullable String userAgent) {
        String known = shortened(userAgent);
        Reading reading = known.indexOf('@') < 0 ? readings.get(known) : read(known);
        if (reading.kind == AgentKind.CRAWLER) {
            return DeviceType.BOT;
        }
        if (declared != null) {
            return declared;
        }
        return reading.kind == AgentKind.LIBRARY ? DeviceType.BOT : reading.device;
    }

    private static String shortened(@Nullable String userAgent) {
        if (userAgent == null) {
            return "";
        }
        return userAgent.length() > MAX_READ ? userAgent.substring(0, MAX_READ) : userAgent;
    }

    private Reading read(String userAgent) {
        String text = userAgent.strip().toLowerCase(Locale.ROOT);
        return new Reading(kind(text), device(text));
    }

    private AgentKind kind(String text) {
        if (crawlers.foundIn(text)) {
            return AgentKind.CRAWLER;
        }
        // Every browser sends a user agent, so a sender without one is a program.
        if (text.isEmpty() || libraries.foundIn(text)) {
            return AgentKind.LIBRARY;
        }
        // Robots name their web page in the user agent. Some libraries do so too, so they are looked up first.
        return containsAny(text, LINKS) ? AgentKind.CRAWLER : AgentKind.BROWSER;
    }

    private static DeviceType device(String text) {
        if (containsAny(text, OTHER_SCREENS)) {
            return DeviceType.UNKNOWN;
        }
        // Windows says "Tablet PC" on laptops that have a touch screen or once had the feature installed.
        boolean windows = text.contains("windows nt");
        if (!windows && (containsAny(text, TABLETS) || isAndroidTablet(text))) {
            return DeviceType.TABLET;
        }
        if (!windows && containsAny(text, PHONES)) {
            return DeviceType.MOBILE;
        }
        return containsAny(text, DESKTOPS) ? DeviceType.DESKTOP : DeviceType.UNKNOWN;
    }

    /**
     * Browsers on Android tablets leave out "Mobile". This is Google's rule, and programs with Mozilla/5.0 follow it.
     */
    private static boolean isAndroidTablet(String text) {
        return text.startsWith("mozilla/5.0") && text.contains("android") && !text.contains("mobile");
    }

    private static boolean containsAny(String text, List<String> words) {
        return words.stream().anyMatch(text::contains);
    }

    private static List<String> words(String separatedByBars) {
        return List.of(separatedByBars.split("\\|", -1));
    }
}
