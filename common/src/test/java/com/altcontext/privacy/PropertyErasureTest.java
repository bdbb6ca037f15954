package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.lead.ConsentMessages;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.metrics.rollup.Rollup;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PropertyErasureTest extends ErasureFixture {
    private static final LocalDate TODAY = LocalDate.ofInstant(NOW, ZoneOffset.UTC);

    /** Tables whose rows are never erased. */
    private static final List<String> RECORDS = List.of("erasure_log", "audit_log", "flyway_schema_history");

    @Test
    void all_rows_of_a_property_are_erased_and_the_rows_of_others_stay() {
        database.run("INSERT INTO properties (id, name) VALUES ('gone', 'Gone') ON CONFLICT DO NOTHING");
        capture(form("bob@x.ca", "visitor-0001"));
        send(visit("visitor-0002", "default"));
        rollUp();
        Map<String, Long> before = counts();
        long version = version();

        capture(form("bob@x.ca", "visitor-0001").property("gone"));
        capture(form("eve@x.ca", "visitor-0003").property("gone").consent(ConsentStatus.IMPLIED));
        ConsentMessages.putExpired(database.sql(), NOW.plus(Duration.ofDays(365)));
        assertThat(rows("expired_consents")).isOne();
        send(visit("visitor-0002", "gone"));
        database.run("INSERT INTO ingest_rejections VALUES ('" + TODAY + "', 'gone', 'events', 'invalid_request', 3)");
        rollUp();
        PropertyErasure erased = database.sql().inTransaction(tx -> PropertyErasure.of(tx, "gone", "altops", NOW));

        assertThat(erased.leads()).isEqualTo(2);
        assertThat(erased.events()).isEqualTo(3);
        assertThat(erased.visitors()).isEqualTo(3);
        assertThat(counts()).isEqualTo(before);
        assertThat(database.count("SELECT events FROM rollup_days WHERE day = ?", TODAY))
                .isEqualTo(2);
        assertThat(database.count("SELECT count(*) FROM erasure_log WHERE erased_by = 'altops'"))
                .isOne();
        assertThat(version())
                .as("services reload what they have cached of all properties")
                .isGreaterThan(version + 1);
    }

    private static void rollUp() {
        new Rollup(database.sql(), InstantSource.fixed(NOW)).run(TODAY, null);
    }

    private static long version() {
        return database.count("SELECT max(version) FROM daily_metric_rollups WHERE property_id = 'default'");
    }

    /** The number of rows of each table, without RECORDS and rollups: properties without visits have rollups, too. */
    private static Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        for (String table : database.texts("""
                SELECT table_name FROM information_schema.tables
                WHERE table_schema = current_schema AND table_type = 'BASE TABLE' AND table_name !~ '^events_|rollup'
                """)) {
            if (!RECORDS.contains(table)) {
                counts.put(table, rows(table));
            }
        }
        return counts;
    }
}
