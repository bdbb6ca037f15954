package com.altcontext.api;

import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
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

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private final Issues issues;
    private String path = "";

    private JsonBody(JsonParser parser, Issues issues) {
        this.parser = parser;
        this.issues = issues;
    }

    /** The value that the bytes hold, or null if they hold none; faults are added to the issues. */
    static @Nullable JsonNode read(byte[] bytes, Issues issues) {
        String text = decode(bytes);
        try (JsonParser parser = JSON.createParser(text)) {
            return new JsonBody(parser, issues).document();
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
                issues.add("", "must not be empty");
                return null;
            }
            JsonNode root = value(1);
            if (parser.nextToken() != null) {
                issues.add("", "must be a single JSON value");
            }
            return root;
        } catch (JsonProcessingException malformed) {
            // Its own message may quote the body.
            var place = malformed.getLocation();
            issues.add(path, "is not valid JSON at line " + place.getLineNr() + ", column " + place.getColumnNr());
            return null;
        }
    }

    private JsonNode value(int level) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT, START_ARRAY -> {
                if (level > MOST_LEVELS) {
                    issues.add(path, "must not be nested more than " + MOST_LEVELS + " levels deep");
                    parser.skipChildren();
                    yield NODES.nullNode();
                }
                yield token == JsonToken.START_OBJECT ? object(level) : array(level);
            }
            case VALUE_STRING -> NODES.textNode(storable(parser.getText(), path));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token);
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private ObjectNode object(int level) throws IOException {
        ObjectNode object = NODES.objectNode();
        String outer = path;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            path = outer.isEmpty() ? key : outer + '.' + key;
            if (!Text.isStorable(key)) {
                path = outer;
                issues.add(outer, "has a key that " + Text.UNSTORABLE);
            }
            parser.nextToken();
            if (object.has(key)) {
                issues.add(path, "must not stand twice");
            }
            object.set(key, value(level + 1));
        }
        path = outer;
        return object;
    }

    private ArrayNode array(int level) throws IOException {
        ArrayNode array = NODES.arrayNode();
        String outer = path;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            path = outer.isEmpty() ? String.valueOf(array.size()) : outer + '.' + array.size();
            array.add(value(level + 1));
        }
        path = outer;
        return array;
    }

    private JsonNode number(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() < 19) {
            return NODES.numberNode(parser.getLongValue());
        }
        BigDecimal number = parser.getDecimalValue();
        int exponent = number.precision() - number.scale();
        if (number.signum() != 0 && Math.abs((long) exponent) > MOST_EXPONENT) {
            issues.add(path, "must be a number within the range of a double");
            return NODES.nullNode();
        }
        return DecimalNode.valueOf(number);
    }

    private String storable(String text, String where) {
        if (!Text.isStorable(text)) {
            issues.add(where, Text.UNSTORABLE);
        }
        return text;
    }
}
