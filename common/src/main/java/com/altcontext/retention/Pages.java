package com.altcontext.retention;

import com.altcontext.db.Sql;
import java.util.ArrayList;
import java.util.List;

/**
 * A table's pages in pieces, so that a walk over all of it reads each page once (a TID range scan), in short
 * transactions and without an index that every write would pay for. A row that moves behind the walk because it is
 * written to meanwhile is missed; it is also not idle.
 *
 * @param from where the piece's first page begins, a {@code tid}
 * @param to where the first page after it begins
 */
record Pages(String from, String to) {
    private static final String COUNT = """
            SELECT pg_relation_size(?::regclass) / current_setting('block_size')::integer
            """;

    static List<Pages> of(Sql sql, String table, int pagesAtOnce) {
        long pages = sql.inTransaction(tx -> tx.query(COUNT, row -> row.number(1), table))
                .getFirst();
        List<Pages> pieces = new ArrayList<>();
        for (long from = 0; from < pages; from += pagesAtOnce) {
            pieces.add(new Pages("(" + from + ",0)", "(" + (from + pagesAtOnce) + ",0)"));
        }
        return pieces;
    }
}
