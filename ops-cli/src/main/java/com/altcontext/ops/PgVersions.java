package com.altcontext.ops;

import com.altcontext.db.Sql;

/** What the versions of PostgreSQL's client and of the server mean for each other. */
final class PgVersions {
    /** What pg_restore sets from its version 17 on. A server before 17 does not know it, and refuses all that follows. */
    static final String SETTING = "SET transaction_timeout = 0;";

    private static final int KNOWS_SETTING = 17;

    private PgVersions() {}

    /**
     * Checks that the client is new enough: pg_dump refuses a server that is newer than itself.
     *
     * @throws Failure if it is not
     */
    static void check(Sql sql, PgProgram client) {
        int server = server(sql);
        int mine = client.release();
        if (mine < server) {
            throw new Failure(
                    Exit.FAILED,
                    "PostgreSQL's client here is of version " + mine + ", the server of " + server,
                    "install one of version " + server + " or newer, and put it first on the PATH: "
                            + "https://www.postgresql.org/download has those that a system's own packages lack");
        }
    }

    /** Whether the client would set {@link #SETTING} on a server that does not know it. */
    static boolean isOlderThanSettings(Sql sql, PgProgram client) {
        return server(sql) < KNOWS_SETTING && client.release() >= KNOWS_SETTING;
    }

    private static int server(Sql sql) {
        return Math.toIntExact(sql.inTransaction(tx ->
                tx.queryOne("SELECT current_setting('server_version_num')::bigint / 10000", row -> row.number(1))));
    }
}
