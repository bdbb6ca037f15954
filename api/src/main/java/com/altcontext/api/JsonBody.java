package com.altcontext.api;

import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body as JSON (RFC 8259, I-JSON where it is stricter) and says of everything that cannot be stored or is
 * ambiguous where it stands: duplicate keys, deep nesting, text that is not Unicode, numbers without a value. What can
 * be read is read on, so that the caller is told of all faults at once.
 */
final class JsonBody {
    private static final int MOST_LEVELS = 16;
    /** PostgreSQL's numeric goes further, but what no double can hold is no measurement. */
    private static final int MOST_EXPONENT = 308;

    /** Stands in the text where bytes are not UTF-8, so that the field which holds them is found and named. */
    private static final String NOT_UTF8 = "\uD800";

    private static final int LONGEST_PATH = 200;

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private final Issues issues;

    private JsonBody(JsonParser parser, Issues issues) {
        this.parser = parser;
        this.issues = issues;
    }

    /** The value that the bytes hold, or null if they hold none; faults are added to the issues. */
    static @Nullable JsonNode read(byte[] bytes, Issues issues) {
        return isPlain(bytes) ? readPlain(bytes, issues) : readText(decode(bytes), issues);
    }

    /** Whether this is ASCII, as nearly every body is, without a NUL, from which the parser would guess UTF-16. */
    private static boolean isPlain(byte[] bytes) {
        for (byte each : bytes) {
            if (each <= 0) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable JsonNode readPlain(byte[] bytes, Issues issues) {
        try (JsonParser parser = JSON.createParser(bytes)) {
            return new JsonBody(parser, issues).document();
        } catch (IOException impossible) {
            throw new IllegalStateException("an array cannot fail to be read", impossible);
        }
    }

    private static @Nullable JsonNode readText(String text, Issues issues) {
        try (JsonParser parser = JSON.createParser(text)) {
            JsonNode root = new JsonBody(parser, issues).document();
            if (issues.isEmpty() && text.contains(NOT_UTF8) && !Text.isStorable(text)) {
                // An escaped surrogate beside the wrong byte made a pair of the two.
                issues.add("", "must be UTF-8");
            }
            return root;
        } catch (IOException impossible) {
            throw new IllegalStateException("a string cannot fail to be read", impossible);
        }
    }

    private static String decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            CharsetDecoder decoder = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(NOT_UTF8);
            try {
                text = decoder.decode(ByteBuffer.wrap(bytes)).toString();
            } catch (CharacterCodingException impossible) {
                throw new IllegalStateException("malformed input is replaced", impossible);
            }
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private @Nullable JsonNode document() throws IOException {
        try {
            if (parser.nextToken() == null) {
                issue("", "must not be empty");
                return null;
            }
            JsonNode root = value(1);
            if (parser.nextToken() != null) {
                issue("", "must be a single JSON value");
            }
            return root;
        } catch (JsonProcessingException malformed) {
            // Its own message may quote the body.
            JsonLocation place = malformed.getLocation();
            issue(
                    path(),
                    place == null
                            ? "is not valid JSON"
                            : "is not valid JSON at line " + place.getLineNr() + ", column " + place.getColumnNr());
            return null;
        }
    }

    /** A body may hold one key of 60 KB and many faults below it: the answer must not grow with their product. */
    private void issue(String where, String message) {
        boolean isShort = where.length() <= LONGEST_PATH;
        issues.add(isShort ? where : where.substring(0, where.offsetByCodePoints(0, LONGEST_PATH / 2)) + '…', message);
    }

    private JsonNode value(int level) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT, START_ARRAY -> {
                if (level > MOST_LEVELS) {
                    issue(path(), "must not be nested more than " + MOST_LEVELS + " levels deep");
                    parser.skipChildren();
                    yield NODES.nullNode();
                }
                yield token == JsonToken.START_OBJECT ? object(level) : array(level);
            }
            case VALUE_STRING -> NODES.textNode(storable(parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token);
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private ObjectNode object(int level) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            if (!Text.isStorable(key)) {
                issue(path(parser.getParsingContext().getParent()), "has a key that " + Text.UNSTORABLE);
            }
            parser.nextToken();
            if (object.replace(key, value(level + 1)) != null) {
                issue(path(), "must not stand twice");
            }
        }
        return object;
    }

    private ArrayNode array(int level) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(level + 1));
        }
        return array;
    }

    private JsonNode number(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() < 19) {
            return NODES.numberNode(parser.getLongValue());
        }
        BigDecimal number;
        try {
            number = parser.getDecimalValue();
        } catch (JsonProcessingException | NumberFormatException notHeld) {
            return beyondRange();
        }
        if (number.signum() == 0) {
            // PostgreSQL refuses what Java and JSON allow: 0e-99999.
            return NODES.numberNode(0);
        }
        if (Math.abs((long) number.precision() - number.scale()) > MOST_EXPONENT) {
            return beyondRange();
        }
        return DecimalNode.valueOf(number);
    }

    private JsonNode beyondRange() {
        issue(path(), "must be a number within the range of a double");
        return NODES.nullNode();
    }

    private String storable(String text) {
        if (!Text.isStorable(text)) {
            issue(path(), Text.UNSTORABLE);
        }
        return text;
    }

    /** Where the parser stands, in dotted form. */
    private String path() {
        return path(parser.getParsingContext());
    }

    private static String path(JsonStreamContext place) {
        Deque<String> steps = new ArrayDeque<>();
        for (JsonStreamContext at = place; at != null; at = at.getParent()) {
            String name =
                    at.inArray() && at.hasCurrentIndex() ? String.valueOf(at.getCurrentIndex()) : at.getCurrentName();
            // A key that cannot be told is told of where it stands.
            if (name != null && Text.isStorable(name)) {
                steps.push(name);
            }
        }
        return String.join(".", steps);
    }
}
