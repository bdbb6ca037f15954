package com.altcontext.metrics.goal;

import com.altcontext.db.LikePattern;
import com.altcontext.db.SqlFragment;
import java.util.List;

/**
 * Conditions on the path of an event that use the index {@code events_by_page} where possible. The index has the first
 * {@value #LENGTH} characters of each path, so it can be used only for shorter paths and patterns.
 */
public final class PageIndex {
    private static final int LENGTH = 200;

    private PageIndex() {}

    /**
     * The condition that the path of an event is one of these.
     *
     * @param table the alias of {@code events}
     */
    public static SqlFragment isAnyOf(String table, List<String> paths) {
        boolean isIndexed = paths.stream().allMatch(path -> path.length() < LENGTH);
        return SqlFragment.of(path(table, isIndexed) + " = ANY (?::text[])", (Object) paths.toArray(String[]::new));
    }

    /**
     * The condition that the path of an event matches this pattern, in which {@code *} stands for any characters.
     *
     * @param table the alias of {@code events}
     */
    static SqlFragment matches(String table, String pattern) {
        int wildcard = pattern.indexOf('*');
        boolean isIndexed = pattern.length() < LENGTH && (wildcard < 0 || wildcard == pattern.length() - 1);
        return SqlFragment.of(path(table, isIndexed) + " LIKE ?", LikePattern.ofWildcards(pattern));
    }

    private static String path(String table, boolean isIndexed) {
        return isIndexed ? "left(" + table + ".path, " + LENGTH + ")" : table + ".path";
    }
}
