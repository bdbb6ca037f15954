package com.altcontext.ops.demo;

import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Sql;
import com.altcontext.db.Statistics;
import com.altcontext.db.Tx;
import com.altcontext.event.EventStore;
import com.altcontext.event.Partitions;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.metrics.rollup.RollupStatus;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import com.altcontext.privacy.PropertyErasure;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.property.PropertySettings;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.PropertyAddition;
import com.altcontext.property.PropertyStore.StoredProperty;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes and removes a property with invented visits. */
@Command(
        name = "demo",
        description = {
            "Fills the property demo with a month of realistic visits and leads, up to now, to try out the dashboard. Another "
                    + "run replaces them.",
            "The figures of all properties together include them until --remove takes them away."
        },
        footer = {"", "Example:", "  altops demo", "  altops demo --remove"})
public final class DemoCommand implements Runnable {
    public static final String SLUG = "demo";
    private static final int DAYS = 30;
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(10);
    private static final int EVENT_BATCH_SIZE = 500;
    private static final int CAPTURE_BATCH_SIZE = 32;

    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.demo");

    /** A day that was purged must not get events again: its figures would be computed from those alone. */
    private static final String PURGED_SINCE = "SELECT EXISTS (SELECT FROM purge_log WHERE events_kept_from > ?)";

    private final CommandContext context;

    @Option(names = "--remove", description = "Remove the property demo and all of its data.")
    private boolean remove;

    DemoCommand(CommandContext context) {
        this.context = context;
    }

    private record Made(long events, long leads, LocalDate from, LocalDate to) {}

    @Override
    public void run() {
        Sql sql = context.sql().withTimeout(MAX_STATEMENT);
        // This transaction stays open for the lock alone; the work is done in others.
        Runnable report = sql.inTransaction(guard -> {
            if (!LOCK.tryTakeForRun(guard)) {
                throw new Failure(Exit.FAILED, "another altops demo is under way", "wait for it; nothing was done");
            }
            try (ProgressLine progress = context.output().progress("looking for an earlier demo")) {
                return remove ? remove(sql) : make(sql, guard, progress);
            }
        });
        report.run();
    }

    /** Returns the report, which is printed after the transaction. */
    private Runnable remove(Sql sql) {
        PropertyErasure erased = erase(sql)
                .orElseThrow(() -> new Failure(Exit.FAILED, "there is no demo", "make one with: altops demo"));
        return () -> context.output()
                .print(
                        JsonObject.ok(true)
                                .with("removed", SLUG)
                                .with("visitors", erased.visitors())
                                .with("sessions", erased.sessions())
                                .with("events", erased.events())
                                .with("leads", erased.leads()),
                        List.of("removed " + SLUG + ": " + HumanFormat.count(erased.events(), "event") + " of "
                                + HumanFormat.count(erased.visitors(), "visitor") + ", "
                                + HumanFormat.count(erased.leads(), "lead")));
    }

    /** Empty if there is no property of that slug. */
    private Optional<PropertyErasure> erase(Sql sql) {
        return sql.inTransaction(tx -> {
            Optional<StoredProperty> found = PropertyStore.list(tx).stream()
                    .filter(property -> property.slug().equals(SLUG))
                    .findFirst();
            if (found.isEmpty()) {
                return Optional.empty();
            }
            if (!found.get().domains().containsAll(DemoTraffic.HOSTS)) {
                throw new Failure(
                        Exit.FAILED,
                        "there is a property demo that altops demo did not make",
                        "nothing was changed; see it with: altops property list");
            }
            PropertyErasure erased = PropertyErasure.of(tx, SLUG, "altops demo", context.now());
            PropertyStore.remove(tx, SLUG);
            return Optional.of(erased);
        });
    }

    /** Returns the report, which is printed after the transaction. */
    private Runnable make(Sql sql, Tx guard, ProgressLine progress) {
        context.refuseClockAhead("nothing was made; set the clock, then try again");
        Instant now = context.now();
        LocalDate last = LocalDate.ofInstant(now, DemoTraffic.ZONE);
        LocalDate first = last.minusDays(DAYS - 1L);
        if (guard.queryOne(PURGED_SINCE, row -> row.flag(1), first)) {
            throw new Failure(
                    Exit.FAILED,
                    "raw events since " + first + " were purged, and purged days get no new ones",
                    "use another database, or RAW_EVENT_RETENTION_DAYS over " + DAYS);
        }
        erase(sql);
        add(sql);
        DemoTraffic.GOALS.forEach(goal -> new Rollup(sql, context.clock()).addGoal(SLUG, goal));
        Properties properties = new Properties(sql);
        properties.refresh();
        Property property = Objects.requireNonNull(properties.bySlug(SLUG), "just added");
        new Partitions(sql, context.clock()).ensure(first, LocalDate.ofInstant(now, ZoneOffset.UTC));

        DemoTraffic traffic = new DemoTraffic(properties, property);
        long events = 0;
        long leads = 0;
        for (LocalDate day : days(first, last)) {
            progress.step("storing " + day);
            DemoDay visits = traffic.next(day, now);
            store(sql, visits);
            events += visits.events().size() + visits.captures().size();
            leads += visits.captures().size();
            AdvisoryLock.keepOpen(guard);
        }
        rollUp(sql, days(first, last), progress);
        Statistics.gatherMissing(sql);
        Made made = new Made(events, leads, first, last);
        return () -> show(made);
    }

    private static List<LocalDate> days(LocalDate first, LocalDate last) {
        return first.datesUntil(last.plusDays(1)).toList();
    }

    private static void add(Sql sql) {
        PropertySettings wanted = new PropertySettings(
                SLUG,
                "Demo: Maple & Kettle, an invented tea merchant",
                DemoTraffic.HOSTS,
                DemoTraffic.ZONE.getId(),
                null,
                null,
                null,
                null);
        switch (sql.inTransaction(tx -> PropertyStore.add(tx, wanted))) {
            case PropertyAddition.Added _ -> {}
            case PropertyAddition.SlugTaken _ ->
                throw new Failure(Exit.FAILED, "a property demo was added meanwhile", "see: altops property list");
            case PropertyStore.Claim(String domain, String owner) ->
                throw new Failure(
                        Exit.FAILED,
                        "the domain " + domain + " belongs to the property " + owner,
                        "altops demo needs it; remove that property first");
        }
    }

    private void store(Sql sql, DemoDay visits) {
        EventStore store = new EventStore(context.environment().sessionRule());
        visits.events().stream().gather(Gatherers.windowFixed(EVENT_BATCH_SIZE)).forEach(batch -> {
            sql.inTransaction(tx -> store.write(tx, batch));
        });
        // Without heuristic links, and without messages to or about people who do not exist.
        Leads leads = new Leads(sql, store, new LeadRules(false, Duration.ZERO, 6, LeadMessages.NONE));
        visits.captures().stream()
                .gather(Gatherers.windowFixed(CAPTURE_BATCH_SIZE))
                .forEach(batch -> {
                    var _ = leads.captureUnlocked(batch);
                });
    }

    /** Rolls up this property alone. A day that was never rolled up is done for all properties, as the next regular run would do. */
    private void rollUp(Sql sql, List<LocalDate> days, ProgressLine progress) {
        Rollup rollup = new Rollup(sql, context.clock());
        RollupStatus status = new RollupDays(sql, context.clock()).status();
        Set<LocalDate> forAll = new HashSet<>(status.gaps());
        LocalDate through = status.rolledUpThrough();
        for (LocalDate day : days) {
            progress.step("rolling up " + day);
            boolean isNew = through == null || day.isAfter(through);
            rollup.run(day, isNew || forAll.contains(day) ? null : SLUG);
        }
    }

    private void show(Made made) {
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("property", SLUG)
                                .with("from", made.from)
                                .with("to", made.to)
                                .with("events", made.events)
                                .with("leads", made.leads),
                        List.of(
                                "made " + HumanFormat.count(made.events, "event") + " and "
                                        + HumanFormat.count(made.leads, "lead") + " of the property demo, from "
                                        + made.from + " to " + made.to,
                                "see them at /dashboard?property=demo of the service; remove them with: altops demo --remove"));
    }
}
