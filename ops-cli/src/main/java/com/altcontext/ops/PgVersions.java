package com.altcontext.ops;

import com.altcontext.db.Sql;

/** Checks that PostgreSQL's client is new enough: pg_dump refuses a server that is newer than itself. */
final class PgVersions {
    private PgVersions() {}

    /** @throws Failure if it is not */
    static void check(Sql sql, PgProgram client) {
        int server = Math.toIntExact(sql.inTransaction(tx ->
                        tx.query("SELECT current_setting('server_version_num')::bigint / 10000", row -> row.number(1)))
                .getFirst());
        int mine = client.release();
        if (mine < server) {
            throw new Failure(
                    Exit.FAILED,
                    "PostgreSQL's client here is of version " + mine + ", the server of " + server,
                    "install one of version " + server + " or newer, and put it first on the PATH: "
                            + "https://www.postgresql.org/download has those that a system's own packages lack");
        }
    }
}
