package com.altcontext.api.testing;

import com.altcontext.testing.TestEvent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bodies of just under 64 KiB, each made to be as expensive as possible in one way. */
public final class HostileBodies {
    public static final int MAX_BYTES = 64 * 1024;

    private static final String START = "{\"anonId\":\"anon-0000\",\"eventType\":\"x\",\"path\":\"/\",\"props\":";

    private HostileBodies() {}

    /** For {@code POST /v1/events}. The key says what the body contains. */
    public static Map<String, String> json() {
        Map<String, String> bodies = new LinkedHashMap<>();
        String longKey = "k".repeat(30_000);
        bodies.put(
                "a long key over values that cannot be stored",
                list(START + "{\"" + longKey + "\":[", "\"\\u0000\"", "]}}"));
        bodies.put("a long key over duplicate keys", list(START + "{\"" + longKey + "\":{", "\"a\":1", "}}}"));
        bodies.put("a long key over numbers beyond the range", list(START + "{\"" + longKey + "\":[", "1e999", "]}}"));
        bodies.put(
                "long keys on sixteen levels over values that cannot be stored",
                list(
                        START + ("{\"" + "k".repeat(2_000) + "\":").repeat(14) + "[",
                        "\"\\u0000\"",
                        "]" + "}".repeat(15)));
        bodies.put(
                "a long key with non-ASCII letters over values that cannot be stored",
                list(START + "{\"" + "\u00fc".repeat(15_000) + "\":[", "\"\\ud800\"", "]}}"));
        bodies.put("keys that cannot be stored", numbered(START + "{", "\"%d\\u0000\":1", "}}"));
        bodies.put("duplicate keys", list(START + "{", "\"a\":1", "}}"));
        bodies.put(
                "arrays on too many levels",
                list(START + "{\"a\":" + "[".repeat(13), "[[[1]]]", "]".repeat(13) + "}}"));
        bodies.put("one number of 60 000 digits", START + "{\"n\":" + "9".repeat(60_000) + "}}");
        bodies.put("numbers of 1 000 digits", list(START + "{\"n\":[", "1." + "7".repeat(990), "]}}"));
        bodies.put("numbers of 300 digits", list(START + "{\"n\":[", "7".repeat(300), "]}}"));
        bodies.put("numbers of 20 digits", list(START + "{\"n\":[", "12345678901234567890", "]}}"));
        bodies.put("numbers with very small exponents", list(START + "{\"n\":[", "1e-99999999", "]}}"));
        bodies.put("small numbers", list(START + "{\"n\":[", "1", "]}}"));
        bodies.put("different keys", numbered(START + "{", "\"%d\":1", "}}"));
        bodies.put("keys with the same hash", collisions(START + "{", "}}"));
        bodies.put(
                "keys with the same hash after one with a non-ASCII letter",
                collisions(START + "{\"\u00fc\":0,", "}}"));
        bodies.put("empty objects", list(START + "{\"a\":[", "{}", "]}}"));
        bodies.put("escapes", START + "{\"a\":\"" + "\\u00fc".repeat(10_800) + "\"}}");
        bodies.put("one text with non-ASCII letters", START + "{\"a\":\"" + "\u00fc".repeat(32_000) + "\"}}");
        bodies.put("whitespace", START + " ".repeat(65_000) + "{}}");
        bodies.put("text where a number is expected", fill("{\"traffic\":{\"engagedTimeMs\":\"", "1", "\"}}"));
        bodies.put("text where a time is expected", fill("{\"timestamp\":\"", "1", "\"}"));
        bodies.put("text where a path is expected", fill("{\"path\":\"", "\u2003", "\"}"));
        bodies.put("text where a property is expected", fill("{\"propertyId\":\"", "a", "\"}"));
        bodies.put("malformed after a long key", "{\"" + longKey + "\":{\"" + longKey + "\":x}}");
        return bodies;
    }

    /** For {@code POST /v1/events/batch}. */
    public static Map<String, String> batches() {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("values that cannot be stored", events("{\"a\":[" + "\"\\u0000\",".repeat(70) + "1]}"));
        bodies.put(
                "long keys over values that cannot be stored",
                events("{\"" + "k".repeat(190) + "\":[" + "\"\\u0000\",".repeat(48) + "1]}"));
        bodies.put(
                "one event with a long key",
                "[{\"" + "k".repeat(30_000) + "\":[" + "\"\\u0000\",".repeat(3_500) + "1]}]");
        bodies.put("far too many events", list("[", "\"\\u0000\"", "]"));
        bodies.put(
                "ordinary events",
                events(TestEvent.body().put("referrer", "r".repeat(450)).toString()));
        return bodies;
    }

    /** For {@code POST /v1/leads/capture} as a form posts it. */
    public static Map<String, String> forms() {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("pairs", fill("", "a=1&", "email=jo@example.ca"));
        bodies.put("1 000 pairs", numbered(1_000, "payload.%d=" + "x".repeat(45) + "&"));
        bodies.put("duplicate names", ("payload." + "x".repeat(45) + "=1&").repeat(1_000));
        bodies.put("percent signs", fill("payload.a=", "%C3%BC", ""));
        bodies.put("bytes that are not UTF-8", fill("payload.a=", "%FF", ""));
        bodies.put("hash signs", fill("payload.a=", "#", ""));
        bodies.put("values that cannot be stored", numbered(1_000, "payload.%d=%%00&"));
        bodies.put("an address", fill("email=a@", "a.", ""));
        bodies.put("an address of labels", "email=a@" + "a-".repeat(150) + "&path=/");
        bodies.put("an address with non-ASCII letters", "email=a@" + "\ufdfa".repeat(150) + ".ca&path=/");
        return bodies;
    }

    public static byte[] bytes(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw new AssertionError("a body of " + bytes.length + " bytes is not read at all");
        }
        return bytes;
    }

    private static String events(String event) {
        return "[" + (event + ',').repeat(Math.min(100, (MAX_BYTES - 20) / (event.length() + 1)) - 1) + event + "]";
    }

    /** As many elements as fit, with commas. */
    private static String list(String start, String element, String end) {
        return fill(start, element + ",", element + end);
    }

    private static String fill(String start, String element, String end) {
        int room = MAX_BYTES - length(start) - length(end);
        return start + element.repeat(room / length(element)) + end;
    }

    private static String numbered(String start, String element, String end) {
        StringBuilder body = new StringBuilder(start);
        for (int i = 0; body.length() + element.length() + end.length() + 10 < MAX_BYTES; i++) {
            body.append(i == 0 ? "" : ",").append(element.formatted(i));
        }
        return body.append(end).toString();
    }

    private static String numbered(int count, String element) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < count; i++) {
            body.append(element.formatted(i));
        }
        return body.toString();
    }

    /** Keys of twelve pairs of letters. Both possible pairs have the same hash, so all keys have the same hash. */
    private static String collisions(String start, String end) {
        StringBuilder body = new StringBuilder(start);
        for (int i = 0; body.length() < MAX_BYTES - 100; i++) {
            body.append(i == 0 ? "\"" : ",\"");
            for (int bit = 11; bit >= 0; bit--) {
                body.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            body.append("\":1");
        }
        return body.append(end).toString();
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
