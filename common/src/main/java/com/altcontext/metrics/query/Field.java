package com.altcontext.metrics.query;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Dimension;
import com.altcontext.value.Text;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** A field that filters and groupings can use. */
public sealed interface Field {
    /** A column of {@code events} or of {@code sessions}. */
    record Column(Dimension dimension) implements Field {
        @Override
        public boolean isOfEvents() {
            return dimension.isOfEvents();
        }

        @Override
        public SqlFragment value() {
            return SqlFragment.of((dimension.isOfEvents() ? "e." : "s.") + dimension.column());
        }
    }

    /** A text, number or flag in {@code props} of events, under a key that the site chose. */
    record PropField(String key) implements Field {
        @Override
        public boolean isOfEvents() {
            return true;
        }

        @Override
        public SqlFragment value() {
            return SqlFragment.of("e.props ->> ?::text", key);
        }

        /** The text of a value in a request, as the database writes it: 1000, not 1E+3. */
        static String text(Object sent) {
            return sent instanceof BigDecimal number ? number.toPlainString() : sent.toString();
        }
    }

    /** The keys of {@code props}. An event has as many values as it has keys. Only for grouping, not for filters. */
    record PropKeys() implements Field {
        static final String NAME = "props";

        @Override
        public boolean isOfEvents() {
            return true;
        }

        @Override
        public SqlFragment value() {
            return SqlFragment.of("jsonb_object_keys(e.props)");
        }
    }

    /** Whether the value belongs to an event; if not, it belongs to a session. */
    boolean isOfEvents();

    /** The SQL expression of the value, for an event {@code e} or a session {@code s}. */
    SqlFragment value();

    /** The maximum length of the key in {@code props.<key>}. */
    int MAX_KEY = 255;

    /** The field with this name; null if there is none. */
    static @Nullable Field named(String name) {
        if (name.startsWith("props.")) {
            String key = name.substring("props.".length());
            return key.isEmpty() || Text.lengthFault(key, 1, MAX_KEY) != null || !Text.isStorable(key)
                    ? null
                    : new PropField(key);
        }
        Dimension dimension = Dimension.named(name);
        return dimension == null ? null : new Column(dimension);
    }
}
