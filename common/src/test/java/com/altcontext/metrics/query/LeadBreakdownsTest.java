package com.altcontext.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.lead.EffectiveConsent;
import com.altcontext.metrics.Metric;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.query.LeadBreakdowns.LeadBreakdown;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.testing.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Statements that count leads have a timeout, and run without JIT compilation. */
@Timeout(60)
class LeadBreakdownsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 24);
    private static final PropertyZones ZONES = new PropertyZones(Map.of(ZoneOffset.UTC, List.of("default")));

    private final Database database = Database.migrated();

    private LeadBreakdown sources(Duration timeout) {
        QueryEngine engine = new QueryEngine(database.sql(), InstantSource.fixed(NOW), timeout);
        return new LeadBreakdowns(engine)
                .of(LeadDimension.SOURCE, Touch.FIRST, new Window(TODAY, TODAY), ZONES, Filter.none(), 5);
    }

    @Test
    void a_query_about_leads_is_cancelled_after_its_timeout() {
        database.sql().inTransaction(tx -> {
            tx.update("LOCK TABLE leads IN ACCESS EXCLUSIVE MODE");
            assertThatThrownBy(() -> sources(Duration.ofMillis(300))).isInstanceOf(QueryTooSlow.class);
            return tx;
        });
    }

    /** In the view, every lead is a bot's unless JIT compilation is off. */
    @Test
    void statements_that_look_up_consent_run_without_jit_compilation() {
        database.run("INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)"
                + " VALUES (gen_random_uuid(), 'default', 'a@example.ca', '" + NOW + "', '" + NOW + "', 'express')");
        String columns = database.texts(
                        "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'leads' AND column_name <> 'is_bot'")
                .getFirst();
        database.run("ALTER TABLE leads RENAME TO stored_leads");
        database.run("CREATE VIEW leads AS SELECT " + columns
                + ", is_bot OR current_setting('jit') = 'on' AS is_bot FROM stored_leads");

        assertThat(sources(Duration.ofSeconds(30)).leads()).isEqualTo(1);
        Map<EffectiveConsent, Long> counts = database.sql().inTransaction(tx -> EffectiveConsent.count(tx, null, NOW));
        assertThat(counts).containsEntry(EffectiveConsent.EXPRESS, 1L);
        database.run("INSERT INTO rollup_days (day, version, rolled_up_at, events) VALUES ('" + TODAY + "', 1, '" + NOW
                + "', 0)");
        database.run(
                "INSERT INTO daily_metric_rollups (property_id, day, version) VALUES ('default', '" + TODAY + "', 1)");
        assertThat(new Summaries(database.sql(), RollupSource.TABLES, InstantSource.fixed(NOW))
                        .of(new Window(TODAY, TODAY), null, "default", TODAY)
                        .of(Metric.NEW_MAILABLE_LEADS)
                        .value())
                .isEqualTo(1L);
    }
}
