package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.Email;
import com.altcontext.testing.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares the search for an address in nested documents with a plain walk through them. */
class DocumentSearchTest {
    private static final AddressPattern ADDRESS = AddressPattern.of(new Email("bob@x.ca"));

    private final Database database = Database.migrated();

    /** An earlier version of the function {@code erased}, which calls itself for each key: slow, but obviously right. */
    private static final String WALKED = """
            CREATE OR REPLACE FUNCTION walked(document jsonb, address text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN
                RETURN CASE jsonb_typeof(document)
                    WHEN 'string' THEN to_jsonb(erased(document #>> '{}', address))
                    WHEN 'array' THEN (
                        SELECT coalesce(jsonb_agg(walked(element, address) ORDER BY place), '[]')
                        FROM jsonb_array_elements(document) WITH ORDINALITY AS item(element, place))
                    WHEN 'object' THEN (
                        SELECT coalesce(jsonb_object_agg(erased(key, address), walked(value, address)), '{}')
                        FROM jsonb_each(document))
                    ELSE document
                END;
            END
            $$
            """;

    private static final List<String> PARTS = List.of(
            "bob@x.ca",
            "bob%40x.ca",
            "BOB%2540X.CA",
            "bob\\\\u0040x.ca",
            "jim",
            "\\\"",
            "\\\\",
            "\\n",
            "\\r",
            "\\t",
            "\\b",
            "\\f",
            "\\u0001",
            "\\u001f",
            "n",
            "u001f",
            "u003c",
            "'",
            ".",
            "+",
            "-",
            "%2B",
            "é",
            "🍁",
            "{",
            "]",
            ",",
            ":",
            " ",
            "40");

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("\"");
        for (int parts = random.nextInt(5); parts > 0; parts--) {
            text.append(PARTS.get(random.nextInt(PARTS.size())));
        }
        return text.append('"').toString();
    }

    private static String document(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 2 : 4)) {
            case 0 -> List.of("1.50", "true", "null", "-40", "\"\"").get(random.nextInt(5));
            case 1 -> text(random);
            case 2 -> {
                List<String> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(document(random, depth - 1));
                }
                yield "[" + String.join(",", items) + "]";
            }
            default -> {
                List<String> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(text(random) + ":" + document(random, depth - 1));
                }
                yield "{" + String.join(",", items) + "}";
            }
        };
    }

    /** The walk reads unescaped texts. They do not contain the character that stands for an escaped backslash. */
    private static final String WALKED_ADDRESS = ADDRESS.precise().replace("\\x01", "");

    private static final String FOUND = PersonalDataColumns.documentTexts("document") + " ~* address";

    @Test
    void a_search_finds_and_erases_the_same_as_a_walk_through_the_document() {
        database.run(WALKED);
        Random random = new Random(20261127);
        String[] documents = new String[3000];
        for (int i = 0; i < documents.length; i++) {
            documents[i] = document(random, 4);
        }
        String of =
                " FROM unnest(?::text[]) AS sent(text), jsonb(text) AS document, (SELECT ?::text AS address, ?::text AS plain) AS sought";

        assertThat(database.texts(
                        "SELECT text" + of
                                + " WHERE erased(document, address) IS DISTINCT FROM walked(document, plain)"
                                + " OR (" + FOUND + ") <> (walked(document, plain) <> document)",
                        documents,
                        ADDRESS.precise(),
                        WALKED_ADDRESS))
                .isEmpty();
        assertThat(database.count(
                        "SELECT count(*)" + of + " WHERE walked(document, plain) <> document",
                        documents,
                        ADDRESS.precise(),
                        WALKED_ADDRESS))
                .as("documents that contain the address, of 3000")
                .isBetween(300L, 2700L);
        assertThat(database.count(
                        "SELECT count(*)" + of + " WHERE " + FOUND + " AND NOT holds_at_sign(document::text)",
                        documents,
                        ADDRESS.precise(),
                        WALKED_ADDRESS))
                .as("documents that contain the address but are not in the index")
                .isZero();
    }
}
