package com.altcontext.property;

/**
 * A path in which {@code *} stands for any number of characters, including none.
 *
 * @param text 1 to 2048 characters that begin with a slash or a star
 */
public record PathPattern(String text) {
    private static final int MAX_LENGTH = 2048;

    /** @throws IllegalArgumentException if the text breaks the rule */
    public PathPattern {
        if (text.length() > MAX_LENGTH || !(text.startsWith("/") || text.startsWith("*"))) {
            throw new IllegalArgumentException("a path pattern begins with / or * and has at most 2048 characters");
        }
    }

    /** Takes time up to the product of both lengths: after a mismatch, only the last star is tried again. */
    public boolean matches(String path) {
        int p = 0;
        int t = 0;
        int star = -1;
        int retry = 0;
        while (p < path.length()) {
            if (t < text.length() && text.charAt(t) == '*') {
                star = t++;
                retry = p;
            } else if (t < text.length() && text.charAt(t) == path.charAt(p)) {
                t++;
                p++;
            } else if (star >= 0) {
                t = star + 1;
                p = ++retry;
            } else {
                return false;
            }
        }
        while (t < text.length() && text.charAt(t) == '*') {
            t++;
        }
        return t == text.length();
    }
}
