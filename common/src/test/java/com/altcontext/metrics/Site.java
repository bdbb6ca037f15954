package com.altcontext.metrics;

import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.testing.TestForm;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** A test database with a clock of its own. Tests write events of visitors to it, and roll them up. */
public final class Site {
    private static final EventStore STORE = new EventStore(new SessionRule(Duration.ofMinutes(30)));

    public final Database database = Database.migrated();

    /** Noon of a day with a week of partitions before and after it. */
    public Instant now = Instant.parse(LocalDate.ofInstant(Database.migratedAt(), ZoneOffset.UTC) + "T12:00:00Z");

    public final InstantSource clock = () -> now;

    public Site(String... properties) {
        for (String property : properties) {
            database.run("INSERT INTO properties (id, name) VALUES ('" + property + "', 'P')");
        }
    }

    public LocalDate today() {
        return LocalDate.ofInstant(now, ZoneOffset.UTC);
    }

    public LocalDate day(int daysAgo) {
        return today().minusDays(daysAgo);
    }

    /** The given time, in UTC, on a day. */
    public Instant at(int daysAgo, String time) {
        return Instant.parse(day(daysAgo) + "T" + time + "Z");
    }

    public void does(TestEvent... acts) {
        List<Event> events = Arrays.stream(acts).map(TestEvent::event).toList();
        var _ = database.sql().inTransaction(tx -> STORE.write(tx, events));
    }

    public void claimsEntrance(TestEvent... acts) {
        List<Event> events =
                Arrays.stream(acts).map(act -> act.claimingEntrance().event()).toList();
        var _ = database.sql().inTransaction(tx -> STORE.write(tx, events));
    }

    /** Stores a lead that was captured at the given time, with a link of confidence 1 to the visitor. */
    public void captures(String property, UUID visitor, Instant at) {
        UUID lead = UUID.randomUUID();
        var _ = database.sql()
                .inTransaction(tx -> tx.update(
                                "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)"
                                        + " VALUES (?, ?, ?, ?, ?, 'pending')",
                                lead,
                                property,
                                lead + "@example.com",
                                at,
                                at)
                        + tx.update(
                                "INSERT INTO lead_identities VALUES (?, ?, ?, 'form_submit', 1, ?)",
                                lead,
                                visitor,
                                property,
                                at));
    }

    /** Submits a form. */
    public void captures(TestForm form) {
        LeadRules rules = new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE);
        var _ = new Leads(database.sql(), STORE, rules).capture(form.capture());
    }

    public Rollup rollup() {
        return new Rollup(database.sql(), clock);
    }

    public RollupDays rollupDays() {
        return new RollupDays(database.sql(), clock);
    }

    public void rollUp() {
        Rollup rollup = rollup();
        for (LocalDate day : rollupDays().plan(null)) {
            var _ = rollup.run(day, null);
        }
    }

    /** Logs a purge, as if it had just removed the raw events before a day. */
    public void purged(LocalDate eventsKeptFrom) {
        database.run(
                "INSERT INTO purge_log (purged_at, events_kept_from, rollups_kept_from, days, events, bytes, sessions,"
                        + " visitors, rollups, rejections, days_left) VALUES (now(), '" + eventsKeptFrom
                        + "', '2020-01-01', 1, 1, 0, 0, 0, 0, 0, 0)");
    }

    public long stored(String column, LocalDate day) {
        return database.count(
                "SELECT coalesce(sum(" + column + "), 0)::bigint FROM daily_metric_rollups WHERE day = ?", day);
    }
}
