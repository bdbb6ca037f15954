package com.altcontext.retention;

import com.altcontext.db.Buckets;
import com.altcontext.db.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a table that grows. Reading all parts reads each row once, in short transactions, without an index that
 * every write would have to update. On a single PostgreSQL, a part is a range of pages (a TID range scan). A row that
 * is updated meanwhile may move and be missed, but then it is not idle. On a cluster, a part is a bucket, since the
 * coordinator has no pages of the rows.
 *
 * @param condition on the table's columns, with a question mark for each parameter
 */
record TablePart(String condition, List<?> parameters) {
    private static final String PAGES = """
            SELECT pg_relation_size(?::regclass) / current_setting('block_size')::integer
            """;

    static List<TablePart> of(Sql sql, String table, int pagesAtOnce) {
        return sql.inTransaction(tx -> {
            Buckets buckets = Buckets.read(tx);
            return Buckets.areDistributed(tx)
                    ? ofBuckets(buckets)
                    : ofPages(tx.queryOne(PAGES, row -> row.number(1), table), pagesAtOnce);
        });
    }

    private static List<TablePart> ofBuckets(Buckets buckets) {
        return IntStream.range(0, buckets.count())
                .mapToObj(bucket -> new TablePart("bucket = ?::int2", List.of((short) bucket)))
                .toList();
    }

    private static List<TablePart> ofPages(long pages, int pagesAtOnce) {
        List<TablePart> parts = new ArrayList<>();
        for (long from = 0; from < pages; from += pagesAtOnce) {
            parts.add(new TablePart(
                    "ctid >= ?::tid AND ctid < ?::tid",
                    List.of("(" + from + ",0)", "(" + (from + pagesAtOnce) + ",0)")));
        }
        return parts;
    }

    /** The parameters of a statement that begins with the condition: those of the condition, then {@code more}. */
    @Nullable
    Object[] with(@Nullable Object... more) {
        List<@Nullable Object> all = new ArrayList<>(parameters);
        for (Object one : more) {
            all.add(one);
        }
        return all.toArray();
    }
}
