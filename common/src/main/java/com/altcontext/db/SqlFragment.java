package com.altcontext.db;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of SQL and the values that belong to it. Its text is written in this program, in {@link #of}; everything else, such as
 * what a client sent, is bound as a value. So text and values cannot get out of step, and no value becomes text.
 */
public final class SqlFragment {
    /** Keeps every row. */
    public static final SqlFragment TRUE = of("true");

    public static final SqlFragment EMPTY = of("");

    private final String sql;
    private final List<@Nullable Object> values;

    private SqlFragment(String sql, List<@Nullable Object> values) {
        this.sql = sql;
        this.values = values;
    }

    /**
     * @param sql in which a question mark stands for each part
     * @param parts in the same order: the text of a fragment takes the place of its question mark, anything else is bound
     */
    public static SqlFragment of(String sql, @Nullable Object... parts) {
        if (parts.getClass() != Object[].class) {
            throw new IllegalArgumentException("an array that is one value is a part by (Object)");
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

    /** The fragments one after the other. */
    public static SqlFragment joined(String by, List<SqlFragment> fragments) {
        return fragments.isEmpty() ? EMPTY : of("?" + (by + "?").repeat(fragments.size() - 1), fragments.toArray());
    }

    /** The condition that all of these are true. */
    public static SqlFragment all(List<SqlFragment> conditions) {
        return conditions.isEmpty() ? TRUE : of("(?)", joined(" AND ", conditions));
    }

    /** The condition that one of these is true. */
    public static SqlFragment any(List<SqlFragment> conditions) {
        return conditions.isEmpty() ? of("false") : of("(?)", joined(" OR ", conditions));
    }

    /** The negation of this condition, which is also true where the condition is unknown, as for a missing value. */
    public SqlFragment negated() {
        return of("(?) IS NOT TRUE", this);
    }

    /** With a question mark for each value. */
    String sql() {
        return sql;
    }

    @Nullable
    Object[] values() {
        return values.toArray();
    }
}
