package com.altcontext.api.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * The path of routes as Jakarta REST writes it, with parameters like <code>{token}</code> or <code>{hash:[0-9a-f]{16}}</code>.
 *
 * @param template with the parameters
 * @param isLiteral whether there are none
 */
public record RoutePath(String template, boolean isLiteral, Pattern pattern, String key) {
    static RoutePath of(String template) {
        StringBuilder pattern = new StringBuilder();
        StringBuilder bare = new StringBuilder();
        Deque<Integer> open = new ArrayDeque<>();
        int literalFrom = 0;
        for (int i = 0; i < template.length(); i++) {
            if (template.charAt(i) == '{') {
                if (open.isEmpty()) {
                    String literal = template.substring(literalFrom, i);
                    pattern.append(Pattern.quote(literal));
                    bare.append(literal);
                }
                open.push(i);
            } else if (template.charAt(i) == '}') {
                int from = open.pop();
                if (open.isEmpty()) {
                    int colon = template.indexOf(':', from);
                    boolean hasRule = colon > 0 && colon < i;
                    pattern.append('(')
                            .append(hasRule ? template.substring(colon + 1, i) : "[^/]+")
                            .append(')');
                    literalFrom = i + 1;
                }
            }
        }
        pattern.append(Pattern.quote(template.substring(literalFrom)));
        bare.append(template.substring(literalFrom));
        String key = bare.toString()
                .replaceFirst("^/(v1/)?", "")
                .replaceFirst("/$", "")
                .replace("..", ".");
        return new RoutePath(template, literalFrom == 0, Pattern.compile(pattern.toString()), key);
    }

    boolean matches(String path) {
        return pattern.matcher(path).matches();
    }
}
