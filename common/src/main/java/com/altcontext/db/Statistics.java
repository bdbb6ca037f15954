package com.altcontext.db;

import java.util.List;

/**
 * What the planner knows of the tables. A table that has just been filled has none of it until autovacuum comes round: until then
 * questions may get plans that are many times slower.
 */
public final class Statistics {
    /** A distributed table has its rows, and their statistics, on the nodes. Nothing is planned by the parent of partitions alone. */
    private static final String MISSING = """
            SELECT c.oid::regclass::text FROM pg_class AS c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
              AND NOT EXISTS (
                  SELECT FROM pg_stats AS s WHERE s.schemaname = current_schema() AND s.tablename = c.relname)
            ORDER BY 1
            """;

    private Statistics() {}

    /** Gathers those of each table with rows that has none. Each table is a transaction of its own. */
    public static void gatherMissing(Sql sql) {
        gather(sql, sql.inTransaction(tx -> tx.query(MISSING, row -> row.text(1))));
    }

    /** Gathers those of these tables, on a cluster on its nodes. */
    public static void gather(Sql sql, List<String> tables) {
        for (String table : tables) {
            var _ = sql.inTransaction(tx -> tx.update("ANALYZE " + table));
        }
    }
}
