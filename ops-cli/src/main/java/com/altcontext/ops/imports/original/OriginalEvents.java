package com.altcontext.ops.imports.original;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.ReferrerHost;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.attribution.Utm;
import com.altcontext.db.Buckets;
import com.altcontext.db.Retry;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.event.Traffic;
import com.altcontext.event.WebVitals;
import com.altcontext.property.Property;
import com.altcontext.value.ComputedId;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.Visitor;
import com.altcontext.visit.Visits;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Imports the events of one property in the order of their times, so that their visitors and sessions follow the rules of this
 * system. An event's id is computed from its old id, so an event that is imported twice is stored once.
 */
final class OriginalEvents {
    private static final int BATCH_SIZE = 500;
    private static final int MAX_TYPE = 64;
    private static final int MAX_ADDRESS = 2048;
    private static final int MAX_CAMPAIGN = 255;
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");

    /** Only the first event of an old session gets the session's campaign and referrer. */
    private static final String EVENTS = """
            SELECT e.id::text, v.anon_id, e.event_type::text, e.path, e."timestamp" AT TIME ZONE 'UTC', e.ip_hash, e.ua_hash,
                   CASE WHEN jsonb_typeof(e.props) = 'object' AND e.props <> '{}' THEN e.props::text END,
                   e.traffic_source::text, e.device_type::text, upper(e.country_code), coalesce(e.is_conversion, false),
                   s.id IS NOT NULL, s.referrer, s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content,
                   jsonb_typeof(e.props) NOT IN ('object', 'null')
            FROM (SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY "timestamp", id) = 1 AS is_first
                  FROM events) AS e
            LEFT JOIN visitors AS v ON v.id = e.visitor_id
            LEFT JOIN sessions AS s ON s.id = e.session_id AND e.is_first
            WHERE coalesce(e.property_id, '') = ANY (?::text[])
            ORDER BY e."timestamp", e.id
            """;

    private static final String KNOWN =
            "SELECT visitor_id FROM visitors WHERE bucket = ?::int2 AND visitor_id = ANY (?::uuid[])";

    private final @Nullable Sql sql;
    private final Property property;
    private final Instant keptFrom;
    private final Instant now;
    private final ErasedPeople erased;
    private final ImportReport report;
    private final TrafficSources sources = TrafficSources.load();
    private final EventStore store;
    private final List<Event> waiting = new ArrayList<>(BATCH_SIZE);
    private final Set<UUID> visitors = new HashSet<>();
    /** The visitors that were stored before this run. */
    private final Set<UUID> known = new HashSet<>();
    /** The waiting events that lost their props, because these were not an object. */
    private final Set<UUID> withoutProps = new HashSet<>();

    /**
     * @param sql where events are stored; null to count only
     * @param keptFrom earlier events are skipped: their days were purged here
     */
    OriginalEvents(
            @Nullable Sql sql,
            SessionRule rule,
            Property property,
            Instant keptFrom,
            Instant now,
            ErasedPeople erased,
            ImportReport report) {
        this.sql = sql;
        this.store = new EventStore(rule);
        this.property = property;
        this.keptFrom = keptFrom;
        this.now = now;
        this.erased = erased;
        this.report = report;
    }

    /**
     * Imports the events.
     *
     * @param names what the earlier system called the property; an empty text stands for events that name none
     * @param beforeBatch is called before a batch is stored, with the time of its last event
     * @return the visitors of the imported events
     */
    Set<UUID> importAll(Tx original, List<String> names, Consumer<Instant> beforeBatch) {
        original.each(
                EVENTS,
                row -> {
                    Event event = event(row);
                    if (event != null) {
                        waiting.add(event);
                        if (waiting.size() == BATCH_SIZE) {
                            beforeBatch.accept(event.occurredAt());
                            store();
                        }
                    }
                },
                (Object) names.toArray(String[]::new));
        store();
        report.imported(
                "visitors",
                visitors.stream().filter(visitor -> !known.contains(visitor)).count());
        return visitors;
    }

    private @Nullable Event event(Row row) throws SQLException {
        String visitorId = row.textOrNull(2);
        AnonId anonId = visitorId == null ? null : OriginalText.anonId(visitorId);
        String type = OriginalText.cut(row.textOrNull(3), MAX_TYPE);
        String path = OriginalText.cut(row.textOrNull(4), MAX_ADDRESS);
        Instant at = row.time(5);
        String why = fault(visitorId, anonId, type, path, at);
        if (why != null || anonId == null || type == null || path == null) {
            report.skipped(String.valueOf(why));
            return null;
        }
        Visitor visitor = OriginalText.visitor(property.id(), anonId, row.textOrNull(6), row.textOrNull(7));
        boolean begins = row.flag(13);
        Utm utm = begins ? utm(row) : Utm.NONE;
        String referrer = begins ? OriginalText.cut(row.textOrNull(14), MAX_ADDRESS) : null;
        String country = row.textOrNull(11);
        Beacon beacon = new Beacon(
                anonId,
                type,
                path,
                at,
                referrer,
                utm,
                new Traffic(null, null, null, null, row.flag(12), null, null, WebVitals.NONE),
                ComputedId.of("original event").with(row.text(1)).toUuid(),
                row.textOrNull(8));
        Event made = Event.of(
                beacon,
                visitor,
                new Origin(
                        utm,
                        begins ? sources.classify(utm, referrer, property.domains()) : source(row.textOrNull(9)),
                        ReferrerHost.of(referrer),
                        device(row.textOrNull(10)),
                        country != null && COUNTRY.matcher(country).matches() ? country : null,
                        null),
                at);
        // A copy of it would have the same time, so none is looked for on other days.
        Event event = new Event(made.id(), visitor, beacon, made.origin(), at, at, true, made.mayHoldAddress());
        if (row.flag(20)) {
            withoutProps.add(event.id());
        }
        return event;
    }

    /** Why an event cannot be imported, or null. */
    private @Nullable String fault(
            @Nullable String visitorId,
            @Nullable AnonId anonId,
            @Nullable String type,
            @Nullable String path,
            Instant at) {
        if (visitorId == null) {
            return "events without a visitor";
        }
        if (anonId == null) {
            return "events of visitors whose id does not have 8 to 128 characters";
        }
        if (type == null || path == null) {
            return "events without a type or a path";
        }
        if (at.isAfter(now)) {
            return "events of the future";
        }
        if (at.isBefore(Instant.EPOCH)) {
            return "events from before 1970";
        }
        if (at.isBefore(keptFrom)) {
            return "events of days that were purged here";
        }
        return erased.contains(anonId) ? "events of people who were erased here" : null;
    }

    private static Utm utm(Row row) throws SQLException {
        return new Utm(
                OriginalText.cut(row.textOrNull(15), MAX_CAMPAIGN),
                OriginalText.cut(row.textOrNull(16), MAX_CAMPAIGN),
                OriginalText.cut(row.textOrNull(17), MAX_CAMPAIGN),
                OriginalText.cut(row.textOrNull(18), MAX_CAMPAIGN),
                OriginalText.cut(row.textOrNull(19), MAX_CAMPAIGN));
    }

    private static TrafficSource source(@Nullable String key) {
        return Arrays.stream(TrafficSource.values())
                .filter(source -> source.key().equals(key))
                .findFirst()
                .orElse(TrafficSource.UNKNOWN);
    }

    private static DeviceType device(@Nullable String key) {
        DeviceType device = key == null ? null : DeviceType.named(key);
        return device == null ? DeviceType.UNKNOWN : device;
    }

    private void store() {
        List<Event> batch = List.copyOf(waiting);
        waiting.clear();
        if (sql == null) {
            batch.forEach(this::reportImported);
            withoutProps.clear();
            return;
        }
        try {
            findKnown(sql, batch);
            count(batch, Retry.inTransaction(sql, tx -> store.write(tx, batch)));
        } catch (SqlFailure failed) {
            if (!failed.isFaultOfTheData()) {
                throw failed;
            }
            batch.forEach(event -> storeAlone(sql, event));
        }
        withoutProps.clear();
    }

    /** Finds the visitors of a batch that were stored before this run. */
    private void findKnown(Sql target, List<Event> batch) {
        Set<UUID> sought = batch.stream().map(event -> event.visitor().id()).collect(Collectors.toSet());
        sought.removeAll(visitors);
        known.addAll(target.inTransaction(tx -> {
            List<UUID> found = new ArrayList<>();
            Buckets.read(tx)
                    .split(sought)
                    .forEach((bucket, ids) -> found.addAll(tx.query(KNOWN, row -> row.id(1), bucket, ids)));
            return found;
        }));
    }

    private void reportImported(Event event) {
        visitors.add(event.visitor().id());
        report.imported("events", 1);
        if (withoutProps.contains(event.id())) {
            report.changed("events without their props, which were not an object");
        }
    }

    private void storeAlone(Sql target, Event event) {
        try {
            count(List.of(event), Retry.inTransaction(target, tx -> store.write(tx, List.of(event))));
        } catch (SqlFailure failed) {
            if (!failed.isFaultOfTheData()) {
                throw failed;
            }
            report.skipped("events that the database refuses (" + failed.state() + ")");
        }
    }

    private void count(List<Event> batch, List<Outcome> outcomes) {
        for (int i = 0; i < batch.size(); i++) {
            Event event = batch.get(i);
            switch (outcomes.get(i)) {
                case Outcome.Stored stored -> {
                    reportImported(event);
                    UUID begun = Visits.sessionId(event.visitor().id(), event.id(), event.occurredAt());
                    report.imported("sessions", begun.equals(stored.receipt().sessionId()) ? 1 : 0);
                }
                case Outcome.Duplicate _ -> report.skipped("events that are here already");
                case Outcome.Dropped _ -> report.skipped("engagement without a session");
                case Outcome.Unstorable refused ->
                    report.skipped("events that the database refuses (" + refused.sqlState() + ")");
            }
        }
    }
}
