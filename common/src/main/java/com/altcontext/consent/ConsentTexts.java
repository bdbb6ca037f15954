package com.altcontext.consent;

import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * The consent texts on record. A text is added once and never changed, since it is part of the proof of consent (CASL
 * s. 13).
 */
public final class ConsentTexts {
    private static final String ADD = """
            INSERT INTO consent_texts (version, language, content, content_hash, added_at)
            SELECT version, language, content, sha256(convert_to(content, 'UTF8')), added_at
            FROM (SELECT ?::text, ?::text, ?::text, ?::timestamptz) AS sent(version, language, content, added_at)
            ON CONFLICT (version, language) DO NOTHING
            """;

    private static final String SELECT = "SELECT version, language, content, added_at FROM consent_texts ";
    private static final String ORDER = " ORDER BY added_at, version, language";

    private ConsentTexts() {}

    /** The result of adding a text. */
    public enum TextAddition {
        ADDED,
        /** The same text is on record already. */
        UNCHANGED,
        /** Another text is on record under this version and language; it stays. */
        REFUSED
    }

    /** A text with the time at which it was added. */
    public record RecordedText(ConsentText text, Instant addedAt) {
        private static RecordedText read(Row row) throws SQLException {
            return new RecordedText(new ConsentText(row.text(1), row.text(2), row.text(3)), row.time(4));
        }
    }

    public static TextAddition add(Tx tx, ConsentText text, Instant at) {
        if (tx.update(ADD, text.version(), text.language(), text.content(), at) == 1) {
            return TextAddition.ADDED;
        }
        RecordedText known = tx.queryOne(
                SELECT + "WHERE version = ? AND language = ?", RecordedText::read, text.version(), text.language());
        return known.text.content().equals(text.content()) ? TextAddition.UNCHANGED : TextAddition.REFUSED;
    }

    /** All texts, in the order in which they were added. */
    public static List<RecordedText> all(Tx tx) {
        return tx.query(SELECT + ORDER, RecordedText::read);
    }

    /** The texts of these versions, in all their languages. */
    public static List<RecordedText> of(Tx tx, Collection<String> versions) {
        return tx.query(SELECT + "WHERE version = ANY (?)" + ORDER, RecordedText::read, (Object)
                versions.toArray(String[]::new));
    }
}
