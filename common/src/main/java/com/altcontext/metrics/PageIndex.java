package com.altcontext.metrics;

import com.altcontext.db.SqlFragment;
import java.util.List;

/**
 * Conditions on the path of an event, which use the index {@code events_by_page} where it can answer them. It holds the first
 * {@value #LENGTH} characters of each path, so it is used for shorter paths and patterns only.
 */
public final class PageIndex {
    private static final int LENGTH = 200;

    private PageIndex() {}

    /**
     * That the path of an event is one of these.
     *
     * @param table the alias of {@code events}
     */
    public static SqlFragment isAnyOf(String table, List<String> paths) {
        boolean isIndexed = paths.stream().allMatch(path -> path.length() < LENGTH);
        return SqlFragment.of(path(table, isIndexed) + " = ANY (?::text[])", (Object) paths.toArray(String[]::new));
    }

    /**
     * That the path of an event has this pattern, in which {@code *} stands for any characters.
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
