package com.altcontext.db;

/** Times in JSON that the database writes: to the millisecond, as the service writes them. */
public final class IsoTime {
    private IsoTime() {}

    /** @param time an expression of type {@code timestamptz}; where it is null, so is the text */
    public static String of(String time) {
        return "to_char(" + time + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
    }
}
