package com.altcontext.api.http;

import static java.util.Objects.requireNonNull;

import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body as JSON (RFC 8259, I-JSON where it is stricter) and reports everything that cannot be stored or is
 * ambiguous, with its position: duplicate keys, deep nesting, text that is not Unicode, numbers out of range or without
 * a value. If possible it reads on after a fault, so that all faults are reported at once. The cost of a body is about
 * proportional to its length.
 */
public final class JsonBody {
    private static final int MAX_LEVELS = 16;
    /** The time to read a number grows with the square of its length, and a double needs 17 digits. */
    private static final int MAX_NUMBER_LENGTH = 400;

    /** PostgreSQL writes 1e308 with 309 digits: five characters of a body would become sixty times as long in every answer. */
    private static final int MAX_DIGITS = BodyCollector.MAX_BYTES;

    /** Replaces bytes that are not UTF-8, so that their field can be found and named. */
    private static final char NOT_UTF8 = '\uD800';

    /** Parsers keep up to 12,000 keys for later bodies: long ones of a hostile client would fill the heap. */
    private static final int MAX_KEPT_KEY_LENGTH = 64;

    private static final JsonFactory KEEPING_KEYS = factory(true, MAX_KEPT_KEY_LENGTH);

    /** Slower, for the few bodies that have a longer key. */
    private static final JsonFactory FORGETTING_KEYS = factory(false, BodyCollector.MAX_BYTES);

    private final JsonParser parser;
    private final boolean keepsKeys;
    private final int maxEvents;
    private final List<Issues> eventIssues = new ArrayList<>();
    private Issues issues = new Issues();
    /** Where paths begin, if not at the body itself. */
    private @Nullable JsonStreamContext root;
    /** The digits in all numbers so far, written without exponents; in a batch, in those of the current event. */
    private int digits;

    private JsonBody(JsonParser parser, boolean keepsKeys, int maxEvents) {
        this.parser = parser;
        this.keepsKeys = keepsKeys;
        this.maxEvents = maxEvents;
    }

    /** Accepts long numbers, the NaN that Python writes, and any depth. They are refused later, and only with their event. */
    private static JsonFactory factory(boolean keepsKeys, int maxKeyLength) {
        return JsonFactory.builder()
                .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, keepsKeys)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(BodyCollector.MAX_BYTES)
                        .maxNameLength(maxKeyLength)
                        .maxNestingDepth(BodyCollector.MAX_BYTES)
                        .build())
                .build();
    }

    /**
     * The result of reading a body.
     *
     * @param isRead whether the body is JSON; if not, there is an issue
     * @param value in the types of {@link Fields}
     * @param issues the faults of the JSON; those of the fields are added
     * @param eventIssues the faults that were found inside each event of a batch, with paths that begin at the event;
     *     empty if the body has no array of events
     */
    public record Content(boolean isRead, @Nullable Object value, Issues issues, List<Issues> eventIssues) {
        /**
         * The fields of the object.
         *
         * @throws Refusal if there is no JSON
         */
        public Fields fields() {
            if (!isRead) {
                throw Refusal.invalid(issues);
            }
            return Fields.of(value, issues);
        }
    }

    /** Reads a body. */
    public static Content read(byte[] bytes) {
        return readBatch(bytes, 0);
    }

    /**
     * Reads the body of a batch: a bare array of events, or an object with {@code events}. Each event is read like a
     * body of its own.
     *
     * @param maxEvents events beyond this number are counted, but not read
     */
    public static Content readBatch(byte[] bytes, int maxEvents) {
        String text = isPlain(bytes) ? null : decode(bytes);
        Content content = read(bytes, text, maxEvents);
        // The parser of bytes stops at an escaped surrogate in a key; the parser of text does not.
        return content.isRead() || text != null ? content : read(bytes, decode(bytes), maxEvents);
    }

    private static Content read(byte[] bytes, @Nullable String text, int maxEvents) {
        Content content = read(bytes, text, maxEvents, true);
        return content == null ? requireNonNull(read(bytes, text, maxEvents, false)) : content;
    }

    /** Null if a key is too long to be kept: the body must then be read without keeping keys. */
    private static @Nullable Content read(byte[] bytes, @Nullable String text, int maxEvents, boolean keepsKeys) {
        JsonFactory json = keepsKeys ? KEEPING_KEYS : FORGETTING_KEYS;
        try (JsonParser parser = text == null ? json.createParser(bytes) : json.createParser(text)) {
            return new JsonBody(parser, keepsKeys, maxEvents).document();
        } catch (IOException impossible) {
            throw new IllegalStateException("reading from memory does not fail", impossible);
        }
    }

    /** Whether this is ASCII without a NUL, as nearly every body is. (A NUL would make the parser guess UTF-16.) */
    private static boolean isPlain(byte[] bytes) {
        for (byte each : bytes) {
            if (each <= 0) {
                return false;
            }
        }
        return true;
    }

    private static String decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            text = decodeMarking(bytes);
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static String decodeMarking(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .replaceWith(String.valueOf(NOT_UTF8));
        StringBuilder marked = new StringBuilder(bytes.length);
        try {
            decoder.decode(ByteBuffer.wrap(bytes)).codePoints().forEach(character -> {
                marked.appendCodePoint(character);
                if (character == NOT_UTF8) {
                    // Twice: after a single one, an escaped surrogate would complete a valid pair.
                    marked.append(NOT_UTF8);
                }
            });
        } catch (CharacterCodingException impossible) {
            throw new IllegalStateException("malformed input is replaced", impossible);
        }
        return marked.toString();
    }

    private @Nullable Content document() throws IOException {
        Issues outside = issues;
        try {
            if (parser.nextToken() == null) {
                issue("must not be empty");
                return unread();
            }
            Object body = parser.currentToken() == JsonToken.START_ARRAY ? eventsOrArray(1) : value(1);
            if (parser.nextToken() != null) {
                issue("must be a single JSON value");
            }
            return new Content(true, body, issues, eventIssues);
        } catch (JsonProcessingException malformed) {
            if (keepsKeys && malformed instanceof StreamConstraintsException) {
                return null;
            }
            issues = outside;
            root = null;
            // Not the parser's message, which may quote the body.
            JsonLocation place = malformed.getLocation();
            issue(
                    place == null
                            ? "is not valid JSON"
                            : "is not valid JSON at line " + place.getLineNr() + ", column " + place.getColumnNr());
            return unread();
        }
    }

    private Content unread() {
        return new Content(false, null, issues, List.of());
    }

    /** Reads an array: as the events of a batch if a batch is being read, else as any other array. */
    private List<@Nullable Object> eventsOrArray(int level) throws IOException {
        if (maxEvents == 0) {
            return array(level);
        }
        Issues outside = issues;
        root = parser.getParsingContext();
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (array.size() < maxEvents) {
                issues = new Issues();
                digits = 0;
                eventIssues.add(issues);
                array.add(value(1));
            } else {
                parser.skipChildren();
                array.add(null);
            }
        }
        issues = outside;
        root = null;
        return array;
    }

    private @Nullable Object value(int level) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT, START_ARRAY -> {
                if (level > MAX_LEVELS) {
                    issue("must not be nested more than " + MAX_LEVELS + " levels deep");
                    parser.skipChildren();
                    yield null;
                }
                yield token == JsonToken.START_OBJECT ? object(level) : array(level);
            }
            case VALUE_STRING -> storable(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private Map<String, @Nullable Object> object(int level) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (!Text.isStorable(key)) {
                issue(parser.getParsingContext().getParent(), "has a key that " + Text.UNSTORABLE);
            }
            boolean holdsEvents =
                    parser.nextToken() == JsonToken.START_ARRAY && level == 1 && root == null && key.equals("events");
            Object value = holdsEvents ? eventsOrArray(level + 1) : value(level + 1);
            if (object.containsKey(key)) {
                issue("must not occur twice");
            }
            object.put(key, value);
        }
        return object;
    }

    private List<@Nullable Object> array(int level) throws IOException {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(level + 1));
        }
        return array;
    }

    private @Nullable Number number(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() < 19) {
            return parser.getLongValue();
        }
        if (parser.getTextLength() > MAX_NUMBER_LENGTH || parser.isNaN()) {
            return outOfRange();
        }
        BigDecimal number;
        try {
            number = parser.getDecimalValue();
        } catch (JsonProcessingException | NumberFormatException notHeld) {
            return outOfRange();
        }
        // PostgreSQL's numeric has a wider range than a double, but a number beyond a double is not a measurement.
        if (number.signum() == 0) {
            // PostgreSQL refuses what Java and JSON allow: 0e-99999.
            return 0L;
        }
        double nearest = number.doubleValue();
        if (nearest == 0 || Double.isInfinite(nearest)) {
            return outOfRange();
        }
        // The digits before and after the decimal point.
        digits += Math.max(number.precision() - number.scale(), 0) + Math.max(number.scale(), 0);
        if (digits > MAX_DIGITS) {
            issue("makes the numbers too long: written without exponents, they have over " + MAX_DIGITS
                    + " digits together");
            return null;
        }
        return number;
    }

    private @Nullable Number outOfRange() {
        issue("must be a number within the range of a double, of at most " + MAX_NUMBER_LENGTH + " characters");
        return null;
    }

    private String storable(String text) {
        if (!Text.isStorable(text)) {
            issue(Text.UNSTORABLE);
        }
        return text;
    }

    /** Adds an issue at the parser's position. */
    private void issue(String message) {
        issue(parser.getParsingContext(), message);
    }

    private void issue(JsonStreamContext place, String message) {
        issues.add(() -> JsonPath.of(place, root), message);
    }
}
