package com.altcontext.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

    /** @param text with names and comments */
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
     * The statements of a file in which each follows a line with its name, after an empty line.
     *
     * @param file beside the class
     */
    public static Map<String, String> sections(Class<?> beside, String file) {
        Map<String, String> statements = new LinkedHashMap<>();
        for (String section : text(beside, file).split("\n\n-- ", -1)) {
            int end = section.indexOf('\n');
            if (!section.startsWith("--")) {
                statements.put(
                        section.substring(0, end), section.substring(end + 1).strip());
            }
        }
        return statements;
    }

    private static String text(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the artifact");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * The statement with its values.
     *
     * @param values by name; each may be a fragment
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
