package com.altcontext.db;

/** Formats times in JSON that the database writes: in milliseconds, as the service does. */
public final class IsoTime {
    private IsoTime() {}

    /**
     * The SQL expression of a time's text, which is null if the time is null.
     *
     * @param time an expression of type {@code timestamptz}
     */
    public static String of(String time) {
        return "to_char(" + time + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
    }
}
