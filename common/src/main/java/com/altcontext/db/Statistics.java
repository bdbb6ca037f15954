package com.altcontext.db;

import java.util.List;

/**
 * The planner's statistics about the tables. A table that has just been filled has none until autovacuum analyzes it.
 * Until then its queries may get plans that are many times slower.
 */
public final class Statistics {
    /**
     * The tables that have rows but no statistics. It leaves out distributed tables, whose rows and statistics are on
     * the nodes, and the parents of partitions, whose statistics alone decide no plan.
     */
    private static final String MISSING = """
            SELECT c.oid::regclass::text FROM pg_class AS c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
              AND NOT EXISTS (
                  SELECT FROM pg_stats AS s WHERE s.schemaname = current_schema() AND s.tablename = c.relname)
            ORDER BY 1
            """;

    private Statistics() {}

    /** Gathers the statistics of each table that has rows but no statistics, each in a transaction of its own. */
    public static void gatherMissing(Sql sql) {
        gather(sql, sql.inTransaction(tx -> tx.query(MISSING, row -> row.text(1))));
    }

    /** Gathers the statistics of these tables. On a cluster, this is done on its nodes. */
    public static void gather(Sql sql, List<String> tables) {
        for (String table : tables) {
            sql.inTransaction(tx -> tx.update("ANALYZE " + table));
        }
    }
}
