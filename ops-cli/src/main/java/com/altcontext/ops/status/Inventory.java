package com.altcontext.ops.status;

import com.altcontext.access.AccessKey;
import com.altcontext.access.AccessKeyStore;
import com.altcontext.cluster.Distribution;
import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxBacklog;
import com.altcontext.privacy.Erasure;
import com.altcontext.retention.LastPurge;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is in the database. Large tables are not scanned: their rows are the server's estimates, and the oldest and newest event
 * are looked up in the first and the last partition that have any.
 *
 * @param leadsInReview leads that wait for an operator
 * @param endingKeys access keys that end within 14 days
 * @param schema the newest migration that was applied; 0 if none was. If it is too old, only this and the tables are filled in
 */
record Inventory(
        long schema,
        List<TableSize> tables,
        StoredEvents events,
        Map<String, Long> leads,
        long leadsInReview,
        OutboxBacklog mails,
        OutboxBacklog webhooks,
        @Nullable LastPurge lastPurge,
        @Nullable Instant lastErasure,
        @Nullable LastLeadList lastLeadList,
        List<AccessKey> endingKeys) {

    /** Enough time to hand out another key. */
    private static final Duration SOON = Duration.ofDays(14);

    /** Up to this size, rows are counted and not estimated. */
    private static final long MAX_COUNTED_BYTES = 16L << 20;

    private static final DateTimeFormatter IN_NAMES = DateTimeFormatter.BASIC_ISO_DATE;

    /** Takes the larger of two estimates: the statistics know rows since the last ANALYZE, and the catalog those before a crash. */
    private static final String TABLES = """
            SELECT CASE WHEN i.inhrelid IS NULL THEN c.relname ELSE 'events' END,
                   sum(pg_total_relation_size(c.oid))::bigint,
                   sum(greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0))::bigint
            FROM pg_class c
            LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = to_regclass('events')
            WHERE c.relkind IN ('r', 'm') AND c.relnamespace = current_schema()::regnamespace
              AND c.relname <> 'flyway_schema_history'
            GROUP BY 1
            ORDER BY 1
            """;

    /**
     * On a cluster, the rows of a table are on its nodes, and its own relation is empty. Nodes that do not answer are left out: the
     * statements that follow fail because of them.
     */
    private static final String ON_NODES = """
            SELECT sum(split_part(result, ' ', 1)::bigint)::bigint, sum(split_part(result, ' ', 2)::bigint)::bigint
            FROM run_command_on_shards(?::text::regclass, $$
                SELECT sum(pg_total_relation_size(c.oid)) || ' '
                       || sum(greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0))
                FROM pg_class c
                WHERE c.relkind = 'r' AND '%s'::regclass IN (
                    c.oid, (SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid))
                $$)
            WHERE success
            """;

    private static final String PARTITIONS = """
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'events'::regclass ORDER BY c.relname
            """;

    private static final String LAST_ERASURE =
            "SELECT erased_at FROM erasure_log WHERE " + Erasure.IS_OF_PERSON + " ORDER BY id DESC LIMIT 1";

    private static final String LAST_LEAD_LIST =
            "SELECT done_at, done_by, row_count FROM audit_log WHERE action IN ('leads_csv', 'lead_list', 'leads_mailable') ORDER BY id DESC LIMIT 1";

    /**
     * @param bytes indexes and all, of {@code events} with its partitions
     * @param estimated whether the rows are the server's estimate
     */
    record TableSize(String name, long rows, long bytes, boolean estimated) {}

    /**
     * @param daysAhead partitions of days after today
     * @param tomorrow whether tomorrow's is one of them
     * @param inDefaultPartition rows in the default partition
     */
    record StoredEvents(
            @Nullable Instant oldest,
            @Nullable Instant newest,
            long daysAhead,
            boolean tomorrow,
            long inDefaultPartition) {
        static final StoredEvents UNKNOWN = new StoredEvents(null, null, 0, false, 0);
    }

    /** @param by where the list was downloaded: {@code dashboard}, {@code api} or {@code altops} */
    record LastLeadList(Instant at, String by, long rows) {
        static LastLeadList read(Row row) throws SQLException {
            return new LastLeadList(row.time(1), row.text(2), row.number(3));
        }
    }

    /** Reads the database in one transaction. */
    static Inventory of(Sql sql, Instant now) {
        return sql.inTransaction(tx -> {
            long schema = DatabaseState.schemaVersion(tx);
            List<TableSize> tables = tables(tx, schema);
            if (schema < DatabaseState.REQUIRED_SCHEMA) {
                OutboxBacklog none = new OutboxBacklog(0, null, 0);
                return new Inventory(
                        schema, tables, StoredEvents.UNKNOWN, Map.of(), 0, none, none, null, null, null, List.of());
            }
            return new Inventory(
                    schema,
                    tables,
                    events(tx, LocalDate.ofInstant(now, ZoneOffset.UTC)),
                    leads(tx),
                    tx.queryOne("SELECT count(*) FROM leads WHERE in_review", row -> row.number(1)),
                    OutboxBacklog.of(tx, Outbox.Kind.MAIL),
                    OutboxBacklog.of(tx, Outbox.Kind.WEBHOOK),
                    LastPurge.find(tx).orElse(null),
                    tx.queryFirst(LAST_ERASURE, row -> row.time(1)).orElse(null),
                    tx.queryFirst(LAST_LEAD_LIST, LastLeadList::read).orElse(null),
                    AccessKeyStore.endingBefore(tx, now.plus(SOON), now));
        });
    }

    boolean isCurrent() {
        return schema >= DatabaseState.REQUIRED_SCHEMA;
    }

    private static List<TableSize> tables(Tx tx, long schema) {
        List<TableSize> estimates =
                tx.query(TABLES, row -> new TableSize(row.text(1), row.number(3), row.number(2), true));
        if (schema >= DatabaseState.REQUIRED_SCHEMA && Buckets.areDistributed(tx)) {
            estimates = estimates.stream()
                    .map(table -> Distribution.TABLES.contains(table.name) ? onNodes(tx, table.name) : table)
                    .toList();
        }
        String count = estimates.stream()
                .filter(table -> table.bytes <= MAX_COUNTED_BYTES)
                .map(table -> "SELECT '" + table.name.replace("'", "''") + "', count(*) FROM " + quoted(table.name))
                .collect(Collectors.joining(" UNION ALL "));
        if (count.isEmpty()) {
            return estimates;
        }
        Map<String, Long> counted = tx.query(count, row -> Map.entry(row.text(1), row.number(2))).stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return estimates.stream()
                .map(table -> counted.containsKey(table.name)
                        ? new TableSize(table.name, counted.get(table.name), table.bytes, false)
                        : table)
                .toList();
    }

    private static TableSize onNodes(Tx tx, String table) {
        return tx.queryOne(ON_NODES, row -> new TableSize(table, row.number(2), row.number(1), true), table);
    }

    private static StoredEvents events(Tx tx, LocalDate today) {
        // From here on, a purge cannot drop one of them: it finds events in use, and tries again.
        tx.update("LOCK TABLE ONLY events IN ACCESS SHARE MODE");
        List<String> partitions = tx.query(PARTITIONS, row -> row.text(1));
        List<String> filled = tx.query(
                partitions.stream()
                        .map(name -> "SELECT '" + name + "' WHERE EXISTS (SELECT 1 FROM " + quoted(name) + ")")
                        .collect(Collectors.joining(" UNION ALL ")),
                row -> row.text(1));
        String newestName = "events_" + IN_NAMES.format(today);
        long ahead = partitions.stream()
                .filter(name -> isDay(name) && name.compareTo(newestName) > 0)
                .count();
        boolean tomorrow = partitions.contains("events_" + IN_NAMES.format(today.plusDays(1)));
        boolean hasDefaultRows = filled.contains("events_default");
        long inDefaultPartition =
                hasDefaultRows ? tx.queryOne("SELECT count(*) FROM events_default", row -> row.number(1)) : 0;
        List<String> ends = ends(filled);
        if (ends.isEmpty()) {
            return new StoredEvents(null, null, ahead, tomorrow, inDefaultPartition);
        }
        return tx.queryOne(
                ends.stream()
                        .map(name -> "SELECT occurred_at FROM " + quoted(name))
                        .collect(Collectors.joining(
                                " UNION ALL ", "SELECT min(occurred_at), max(occurred_at) FROM (", ") AS ends")),
                row -> new StoredEvents(row.time(1), row.time(2), ahead, tomorrow, inDefaultPartition));
    }

    /** The first and the last day that have events, and the default partition, which may hold any day. */
    private static List<String> ends(List<String> filled) {
        List<String> days = filled.stream().filter(Inventory::isDay).sorted().toList();
        return filled.stream()
                .filter(name -> !isDay(name) || name.equals(days.getFirst()) || name.equals(days.getLast()))
                .toList();
    }

    private static boolean isDay(String partition) {
        return !partition.equals("events_default");
    }

    private static Map<String, Long> leads(Tx tx) {
        Map<String, Long> leads = new LinkedHashMap<>();
        tx.query(
                        "SELECT consent_status, count(*) FROM leads GROUP BY 1 ORDER BY 1",
                        row -> Map.entry(row.text(1), row.number(2)))
                .forEach(one -> leads.put(one.getKey(), one.getValue()));
        return leads;
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
