package com.altcontext.event;

import com.altcontext.db.BinaryRows;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Row;
import com.altcontext.db.Tx;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.Visitor;
import com.altcontext.visit.VisitorLock;
import com.altcontext.visit.Visits;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores events with their visitors and sessions: the one place that writes to {@code events}. */
public final class EventStore {
    /**
     * The bounds of {@code day} let the planner look into two or three partitions; a day's slack covers a wrong clock at
     * midnight. The limit keeps each look-up a probe of the key: joined freely, the planner of an hour ago would read
     * the whole of a day that was empty then.
     */
    private static final String FIND = """
            SELECT sent.visitor_id, sent.id, first.session_id
            FROM unnest(?::uuid[], ?::uuid[]) AS sent(visitor_id, id)
            CROSS JOIN LATERAL (
                SELECT e.session_id FROM events e
                WHERE e.visitor_id = sent.visitor_id AND e.id = sent.id AND e.day BETWEEN ? AND ?
                LIMIT 1) AS first
            """;

    /** Whether a visitor was there before the days that {@link #FIND} looks into. */
    private static final String FIRST_SEEN = """
            SELECT sent.visitor_id, seen.first_seen_at
            FROM unnest(?::uuid[]) AS sent(visitor_id)
            CROSS JOIN LATERAL (
                SELECT v.first_seen_at FROM visitors v
                WHERE v.visitor_id = sent.visitor_id AND v.first_seen_at < ?
                LIMIT 1) AS seen
            """;

    /**
     * Where the time does not tell the day of the first copy: a probe of each day since the visitor was first seen, as many
     * as are kept at the most, whatever the visitor did on them. The two bounds that are the same for all let the executor
     * leave out the other partitions before it begins.
     */
    private static final String FIND_EARLIER = """
            SELECT sent.visitor_id, sent.id, first.session_id
            FROM unnest(?::uuid[], ?::uuid[], ?::int8[]) AS sent(visitor_id, id, first_day)
            CROSS JOIN LATERAL (
                SELECT e.session_id FROM events e
                WHERE e.visitor_id = sent.visitor_id AND e.id = sent.id AND e.day BETWEEN ? AND ?
                  AND e.day >= DATE '1970-01-01' + sent.first_day::integer
                LIMIT 1) AS first
            """;

    private static final String COPY = """
            COPY events (
                visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path,
                referrer, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                traffic_source, device, country, is_conversion, engaged_time_ms, scroll_depth_percent,
                fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score, props, may_hold_address)
            FROM STDIN (FORMAT binary)
            """;

    private static final int COLUMNS = 29;
    /** What most rows need less than. */
    private static final int ROW_BYTES = 640;

    private final SessionRule sessionRule;

    public EventStore(SessionRule sessionRule) {
        this.sessionRule = sessionRule;
    }

    /**
     * Stores the events in their order, each once. Events of one visitor are serialised with those that other machines
     * write.
     *
     * @return what became of each, {@link Outcome.Stored} or {@link Outcome.Duplicate}, in their order
     */
    public List<Outcome> write(Tx tx, List<Event> events) {
        NewEvents fresh = newEvents(events.size());
        for (Event event : events) {
            fresh.expect(event.visitor(), event.occurredAt());
        }
        Pipeline look = tx.pipeline();
        fresh.ask(look);
        Search search = new Search(events);
        search.ask(look);
        look.send();
        Map<UUID, Receipt> stored = search.stored(tx);

        List<Outcome> outcomes = new ArrayList<>(events.size());
        for (Event event : events) {
            Receipt first = stored.get(event.id());
            if (first != null) {
                outcomes.add(new Outcome.Duplicate(first));
                continue;
            }
            Receipt receipt = fresh.place(event);
            stored.put(event.id(), receipt);
            outcomes.add(new Outcome.Stored(receipt, event.origin().device()));
        }
        Pipeline save = tx.pipeline();
        fresh.saveVisits(save);
        save.send();
        fresh.store(tx);
        return outcomes;
    }

    /** Begins the storing of about so many events of which it is known that they were not stored before. */
    public NewEvents newEvents(int about) {
        return new NewEvents(new Visits(sessionRule), about);
    }

    /**
     * New events on their way, together with what else their transaction asks and writes: its round trips are shared.
     * The methods are called in the order in which they stand here.
     */
    public static final class NewEvents {
        private final Visits visits;
        private final List<UUID> visitors;
        private final BinaryRows rows;
        private boolean isEmpty = true;

        private NewEvents(Visits visits, int about) {
            this.visits = visits;
            this.visitors = new ArrayList<>(about);
            this.rows = new BinaryRows(about * ROW_BYTES);
        }

        /** Says that there may be an event of this visitor at that time. */
        public void expect(Visitor visitor, Instant at) {
            visits.expect(visitor, at);
            visitors.add(visitor.id());
        }

        /** Locks the visitors ({@link VisitorLock}), and asks for the visits that their events could belong to. */
        public void ask(Pipeline look) {
            VisitorLock.take(look, visitors);
            visits.read(look);
        }

        /** Finds or begins the visit of an expected event, once the answers are there. */
        public Receipt place(Event event) {
            UUID session = visits.place(event.visitor(), event.id(), event.occurredAt(), event.origin());
            add(rows, event, session);
            isEmpty = false;
            return new Receipt(event.id(), event.visitor().id(), session);
        }

        /** Adds the writing of the visits that changed. */
        public void saveVisits(Pipeline save) {
            visits.save(save);
        }

        /** Writes the events themselves. */
        public void store(Tx tx) {
            if (!isEmpty) {
                tx.copy(COPY, rows);
            }
        }
    }

    /** Keeps other writers away from these events' visitors until the transaction ends; {@link #write} does it itself. */
    public static void lockVisitors(Tx tx, List<Event> events) {
        Pipeline lock = tx.pipeline();
        VisitorLock.take(lock, visitorsOf(events));
        lock.send();
    }

    private static List<UUID> visitorsOf(List<Event> events) {
        List<UUID> visitors = new ArrayList<>(events.size());
        for (Event event : events) {
            visitors.add(event.visitor().id());
        }
        return visitors;
    }

    /**
     * Looks for the events that are stored already: in the days of the batch up to today, in the round trip of the other
     * look-ups; further back only for those whose time does not tell and whose visitor was there then.
     */
    private static final class Search {
        private final List<Event> events;
        private final LocalDate from;
        private final LocalDate to;
        private final Map<UUID, Receipt> stored = new HashMap<>();
        private Pipeline.@Nullable Pending<Receipt> near;
        private Pipeline.@Nullable Pending<FirstSeen> earlier;

        private record FirstSeen(UUID visitorId, Instant at) {}

        private record Missing(Event event, LocalDate since) {}

        Search(List<Event> events) {
            this.events = events;
            LocalDate first = LocalDate.MAX;
            LocalDate last = LocalDate.MIN;
            for (Event event : events) {
                LocalDate day = event.day();
                first = day.isBefore(first) ? day : first;
                // A copy may have been placed as far ahead as one received now can be.
                LocalDate latest = event.latestDayOfACopy();
                last = latest.isAfter(last) ? latest : last;
            }
            this.from = first.minusDays(1);
            this.to = last;
        }

        void ask(Pipeline look) {
            if (events.isEmpty()) {
                return;
            }
            Columns<Event> columns = new Columns<>(events);
            near = look.query(
                    FIND,
                    Search::receipt,
                    columns.ids(event -> event.visitor().id()),
                    columns.ids(Event::id),
                    from,
                    to);
            Set<UUID> visitors = new LinkedHashSet<>();
            for (Event event : events) {
                if (!event.timeIsIdentity()) {
                    visitors.add(event.visitor().id());
                }
            }
            if (!visitors.isEmpty()) {
                earlier = look.query(
                        FIRST_SEEN,
                        row -> new FirstSeen(row.id(1), row.time(2)),
                        visitors.toArray(UUID[]::new),
                        from.atStartOfDay(ZoneOffset.UTC).toInstant());
            }
        }

        /** What was found, by the events' ids; asks once more if it must. */
        Map<UUID, Receipt> stored(Tx tx) {
            if (near != null) {
                near.rows().forEach(this::note);
            }
            if (earlier != null && !earlier.rows().isEmpty()) {
                Map<UUID, LocalDate> firstDays = new HashMap<>();
                earlier.rows()
                        .forEach(seen -> firstDays.put(seen.visitorId, LocalDate.ofInstant(seen.at, ZoneOffset.UTC)));
                lookFurtherBack(tx, firstDays);
            }
            return stored;
        }

        private void lookFurtherBack(Tx tx, Map<UUID, LocalDate> firstDays) {
            List<Missing> missing = new ArrayList<>();
            for (Event event : events) {
                LocalDate since = firstDays.get(event.visitor().id());
                if (since != null && !event.timeIsIdentity() && !stored.containsKey(event.id())) {
                    missing.add(new Missing(event, since));
                }
            }
            if (missing.isEmpty()) {
                return;
            }
            Columns<Missing> columns = new Columns<>(missing);
            tx.query(
                            FIND_EARLIER,
                            Search::receipt,
                            columns.ids(one -> one.event.visitor().id()),
                            columns.ids(one -> one.event.id()),
                            columns.numbers(one -> one.since.toEpochDay()),
                            Collections.min(firstDays.values()),
                            from.minusDays(1))
                    .forEach(this::note);
        }

        private void note(Receipt receipt) {
            stored.put(receipt.eventId(), receipt);
        }

        private static Receipt receipt(Row row) throws SQLException {
            return new Receipt(row.id(2), row.id(1), row.id(3));
        }
    }

    private static void add(BinaryRows rows, Event event, UUID session) {
        Beacon beacon = event.beacon();
        Traffic traffic = beacon.traffic();
        rows.row(COLUMNS)
                .id(event.visitor().id())
                .id(event.id())
                .day(event.day())
                .id(session)
                .text(event.visitor().propertyId())
                .time(event.occurredAt())
                .time(event.receivedAt())
                .text(beacon.eventType())
                .text(beacon.path())
                .text(beacon.referrer())
                .text(event.origin().referrerHost())
                .text(beacon.utm().source())
                .text(beacon.utm().medium())
                .text(beacon.utm().campaign())
                .text(beacon.utm().term())
                .text(beacon.utm().content())
                .text(event.origin().source().key())
                .text(event.origin().device().key())
                .text(event.origin().country())
                .flag(beacon.isConversion())
                .integer(traffic.engagedTimeMs())
                .real(traffic.scrollDepthPercent())
                .real(traffic.webVitals().fcpMs())
                .real(traffic.webVitals().lcpMs())
                .real(traffic.webVitals().inpMs())
                .real(traffic.webVitals().ttfbMs())
                .real(traffic.webVitals().clsScore())
                .json(beacon.props())
                .trueOrNull(event.mayHoldAddress());
    }
}
