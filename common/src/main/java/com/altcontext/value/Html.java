package com.altcontext.value;

/** Text in HTML. */
public final class Html {
    private Html() {}

    /** Escapes text that may contain anything, for an element or a quoted attribute. */
    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
