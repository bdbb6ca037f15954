package com.altcontext.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.property.Properties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The rows in the database of the service under test, each as a JSON object of its columns. */
@Singleton
public final class StoredRows {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(1);

    private final Sql sql;

    public StoredRows(Sql sql) {
        this.sql = sql;
    }

    /**
     * Waits until a connection runs a statement that matches this pattern, and ends that connection, as a failover
     * does.
     */
    public void terminate(String statement) {
        await(
                () -> {
                    try {
                        return sql.inTransaction(tx -> tx.queryOne(
                                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                                        + " AND query LIKE ? AND backend_type = 'client backend'",
                                row -> row.number(1),
                                statement));
                    } catch (SqlFailure again) {
                        return 0L;
                    }
                },
                1L);
    }

    /** The events of the visitors with this id, on any property, in the order of their times. */
    public List<JsonNode> events(String anonId) {
        return rows(
                "SELECT to_jsonb(e)::text FROM events e JOIN visitors v USING (bucket, visitor_id)"
                        + " WHERE v.anon_id = ? ORDER BY e.occurred_at, e.received_at, e.path",
                anonId);
    }

    /** The only event of a visitor. */
    public JsonNode event(String anonId) {
        List<JsonNode> events = events(anonId);
        if (events.size() != 1) {
            throw new AssertionError(events.size() + " events are stored instead of one: " + events);
        }
        return events.getFirst();
    }

    public List<JsonNode> visitors(String anonId) {
        return rows("SELECT to_jsonb(v)::text FROM visitors v WHERE anon_id = ? ORDER BY property_id", anonId);
    }

    public List<JsonNode> sessions(String anonId) {
        return rows(
                "SELECT to_jsonb(s)::text FROM sessions s JOIN visitors v USING (bucket, visitor_id)"
                        + " WHERE v.anon_id = ? ORDER BY s.started_at",
                anonId);
    }

    public List<JsonNode> leads(String email) {
        return rows("SELECT to_jsonb(l)::text FROM leads l WHERE email = ? ORDER BY property_id", email);
    }

    /** The only lead of an address. */
    public JsonNode lead(String email) {
        List<JsonNode> leads = leads(email);
        if (leads.size() != 1) {
            throw new AssertionError(leads.size() + " leads are stored instead of one: " + leads);
        }
        return leads.getFirst();
    }

    /** The rows of a table of leads that belong to an address, in the order of their times. */
    public List<JsonNode> ofLead(LeadTable table, String email) {
        return rows(
                "SELECT to_jsonb(t)::text FROM " + table.name + " t JOIN leads l ON l.id = t.lead_id"
                        + " WHERE l.email = ? ORDER BY t." + table.time + ", t.lead_id",
                email);
    }

    /** The tables that refer to leads. */
    public enum LeadTable {
        CONSENT("consent_events", "id"),
        SUBMISSIONS("form_submissions", "submitted_at"),
        LINKS("lead_identities", "linked_at"),
        MESSAGES("outbox", "created_at");

        private final String name;
        private final String time;

        LeadTable(String name, String time) {
            this.name = name;
            this.time = time;
        }
    }

    /** The statuses in an address's record of consent, oldest first. */
    public List<String> consents(String email) {
        return ofLead(LeadTable.CONSENT, email).stream()
                .map(row -> row.path("status").asText())
                .toList();
    }

    /** Makes a property for one test; its only domain is its name under {@code .example}. */
    public String newProperty(Properties known) {
        String name = "p" + UUID.randomUUID().toString().substring(0, 8);
        execute("INSERT INTO properties (id, name, domains) VALUES (?, ?, ARRAY[? || '.example'])", name, name, name);
        known.refresh();
        return name;
    }

    /** The number of rejections so far. The service writes the counts about once a second. */
    public long rejections(String property, String endpoint, String reason) {
        return sql.inTransaction(tx -> tx.queryOne(
                "SELECT coalesce(sum(count), 0) FROM ingest_rejections"
                        + " WHERE property_id = ? AND endpoint = ? AND reason = ?",
                row -> row.number(1),
                property,
                endpoint,
                reason));
    }

    /** Every counter as {@code property endpoint reason}. */
    public List<String> rejectionKinds() {
        return sql.inTransaction(tx -> tx.query(
                "SELECT property_id || ' ' || endpoint || ' ' || reason FROM ingest_rejections ORDER BY 1",
                row -> row.text(1)));
    }

    /** Has more time than a request of the service, since a change of a table waits for whoever uses the table. */
    public void execute(String statement, @Nullable Object... parameters) {
        sql.withTimeout(MAX_STATEMENT).inTransaction(tx -> tx.update(statement, parameters));
    }

    public List<JsonNode> rows(String query, @Nullable Object... parameters) {
        return sql.inTransaction(tx -> tx.query(query, row -> row.text(1), parameters)).stream()
                .map(StoredRows::json)
                .toList();
    }

    /** Waits until the value is the wanted one. If it does not become so in time, fails and shows its last value. */
    public static <T> void await(Supplier<T> value, T wanted) {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(PAUSE)
                .atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(value.get()).isEqualTo(wanted));
    }

    private static JsonNode json(String text) {
        try {
            return Call.JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("PostgreSQL returned something that is not JSON", notJson);
        }
    }
}
