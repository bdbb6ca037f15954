package com.altcontext.ops;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** One run of {@code altops}: what it printed and how it ended. */
record Ran(int exit, String out, String err) {
    static Ran altops(Map<String, String> environment, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Altops.run(environment, new PrintWriter(out), new PrintWriter(err), args);
        return new Ran(exit, out.toString(), err.toString());
    }

    static Ran altopsOn(String databaseUrl, String... args) {
        return altops(Map.of("DATABASE_URL", databaseUrl), args);
    }
}
