package com.altcontext.db;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of SQL and the values of its parameters. The text that {@link #of} gets is always written in this program.
 * Everything else, such as what a client sent, is bound as a value. So text and values always match, and no value
 * becomes text.
 */
public final class SqlFragment {
    /** The condition that is true for every row. */
    public static final SqlFragment TRUE = of("true");

    public static final SqlFragment EMPTY = of("");

    private final String sql;
    private final List<@Nullable Object> values;

    private SqlFragment(String sql, List<@Nullable Object> values) {
        this.sql = sql;
        this.values = values;
    }

    /**
     * @param sql contains a question mark for each part
     * @param parts in the order of their question marks; a fragment's text replaces its question mark, any other part
     *     is bound as a value
     */
    public static SqlFragment of(String sql, @Nullable Object... parts) {
        if (parts.getClass() != Object[].class) {
            throw new IllegalArgumentException("an array that is one value must be cast to Object");
        }
        StringBuilder text = new StringBuilder();
        List<@Nullable Object> values = new ArrayList<>();
        String[] between = sql.split("\\?", -1);
        if (between.length != parts.length + 1) {
            throw new IllegalArgumentException((between.length - 1) + " question marks for " + parts.length + " parts");
        }
        text.append(between[0]);
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] instanceof SqlFragment fragment) {
                text.append(fragment.sql);
                values.addAll(fragment.values);
            } else {
                text.append('?');
                values.add(parts[i]);
            }
            text.append(between[i + 1]);
        }
        return new SqlFragment(text.toString(), Collections.unmodifiableList(values));
    }

    /** The fragments one after another, with a separator between them. */
    public static SqlFragment joined(String separator, List<SqlFragment> fragments) {
        return fragments.isEmpty()
                ? EMPTY
                : of("?" + (separator + "?").repeat(fragments.size() - 1), fragments.toArray());
    }

    /** The condition that all of these are true. */
    public static SqlFragment all(List<SqlFragment> conditions) {
        return conditions.isEmpty() ? TRUE : of("(?)", joined(" AND ", conditions));
    }

    /** The condition that one of these is true. */
    public static SqlFragment any(List<SqlFragment> conditions) {
        return conditions.isEmpty() ? of("false") : of("(?)", joined(" OR ", conditions));
    }

    /** The negation of this condition. It is also true where the condition is null, as for a missing value. */
    public SqlFragment negated() {
        return of("(?) IS NOT TRUE", this);
    }

    /** The text, with a question mark for each value. */
    String sql() {
        return sql;
    }

    @Nullable
    Object[] values() {
        return values.toArray();
    }
}
