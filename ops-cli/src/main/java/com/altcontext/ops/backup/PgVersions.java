package com.altcontext.ops.backup;

import com.altcontext.db.Sql;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;

/** Which versions of PostgreSQL's client programs and of the server work together. */
final class PgVersions {
    /** A line that pg_restore prints since version 17. An older server does not know the setting, so the whole restore fails. */
    static final String SETTING = "SET transaction_timeout = 0;";

    private static final int FIRST_WITH_SETTING = 17;

    private PgVersions() {}

    /**
     * Checks that the client is new enough: pg_dump refuses a server that is newer than itself.
     *
     * @throws Failure if it is not
     */
    static void check(Sql sql, PgProgram client) {
        int server = server(sql);
        int mine = client.majorVersion();
        if (mine < server) {
            throw new Failure(
                    Exit.FAILED,
                    "PostgreSQL's client here has version " + mine + ", but the server has version " + server,
                    "install a client of version " + server + " or newer, and put it first on the PATH: "
                            + "https://www.postgresql.org/download has those that your system's own packages lack");
        }
    }

    /** Whether the client would set {@link #SETTING} on a server that does not know it. */
    static boolean mustLeaveOutSetting(Sql sql, PgProgram client) {
        return server(sql) < FIRST_WITH_SETTING && client.majorVersion() >= FIRST_WITH_SETTING;
    }

    private static int server(Sql sql) {
        return Math.toIntExact(sql.inTransaction(tx ->
                tx.queryOne("SELECT current_setting('server_version_num')::bigint / 10000", row -> row.number(1))));
    }
}
