package com.altcontext.db;

import com.altcontext.value.PackagedFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A statement with named parameters ({@code :day}). */
public final class NamedSql {
    /** A name after a colon, but not a cast (two colons). */
    private static final Pattern NAME = Pattern.compile("(?<!:):([a-z]+)");

    private static final Pattern COMMENT = Pattern.compile("--[^\n]*");

    private final String sql;
    private final List<String> names = new ArrayList<>();

    /** @param text may contain comments, which are removed */
    public NamedSql(String text) {
        Matcher matcher = NAME.matcher(COMMENT.matcher(text).replaceAll(""));
        StringBuilder result = new StringBuilder();
        while (matcher.find()) {
            names.add(matcher.group(1));
            matcher.appendReplacement(result, "?");
        }
        sql = matcher.appendTail(result).toString().strip();
    }

    /**
     * Reads the statements of a file, by name. Each statement follows a comment with its name, before which there is an
     * empty line.
     *
     * @param beside a class in whose package the file is
     */
    public static Map<String, String> sections(Class<?> beside, String file) {
        Map<String, String> statements = new LinkedHashMap<>();
        for (String section : PackagedFile.text(beside, file).split("\n\n-- ", -1)) {
            int end = section.indexOf('\n');
            if (!section.startsWith("--")) {
                statements.put(
                        section.substring(0, end), section.substring(end + 1).strip());
            }
        }
        return statements;
    }

    /**
     * The statement with the values of its parameters.
     *
     * @param values by name; a value may be a {@link SqlFragment}
     */
    public SqlFragment with(Map<String, ? extends @Nullable Object> values) {
        @Nullable Object[] parts = new @Nullable Object[names.size()];
        for (int i = 0; i < parts.length; i++) {
            String name = names.get(i);
            if (!values.containsKey(name)) {
                throw new IllegalArgumentException("no value for :" + name);
            }
            parts[i] = values.get(name);
        }
        return SqlFragment.of(sql, parts);
    }
}
