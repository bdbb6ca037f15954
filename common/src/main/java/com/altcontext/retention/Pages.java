package com.altcontext.retention;

import com.altcontext.db.Sql;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of a table's pages. Reading all ranges reads each page once (a TID range scan), in short transactions, without
 * an index that every write would have to update. A row that is updated meanwhile may move and be missed; it is not idle
 * then.
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
