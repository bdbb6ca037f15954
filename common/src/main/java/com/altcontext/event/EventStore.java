package com.altcontext.event;

import com.altcontext.db.BinaryRows;
import com.altcontext.db.Columns;
import com.altcontext.db.Tx;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.VisitorLock;
import com.altcontext.visit.Visits;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Stores events with their visitors and sessions: the one place that writes to {@code events}. */
public final class EventStore {
    /** {@code day} bounds let the planner look into one or two partitions; a day's slack covers a wrong clock at midnight. */
    private static final String FIND = """
            SELECT e.visitor_id, e.id, e.session_id
            FROM unnest(?::uuid[], ?::uuid[]) AS sent(visitor_id, id)
            JOIN events e ON e.visitor_id = sent.visitor_id AND e.id = sent.id
            WHERE e.day BETWEEN ? AND ?
            """;

    /** Where the time tells nothing, the first copy lies on some day of one of the visitor's sessions. */
    private static final String FIND_ANYWHERE = """
            SELECT e.visitor_id, e.id, e.session_id
            FROM unnest(?::uuid[], ?::uuid[]) AS sent(visitor_id, id)
            JOIN sessions s ON s.visitor_id = sent.visitor_id
            JOIN events e ON e.visitor_id = sent.visitor_id AND e.id = sent.id AND e.session_id = s.id
             AND e.day BETWEEN (s.started_at AT TIME ZONE 'UTC')::date AND (s.last_event_at AT TIME ZONE 'UTC')::date
            """;

    private static final String COPY = """
            COPY events (
                visitor_id, id, day, session_id, property_id, occurred_at, received_at, event_type, path,
                referrer, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                traffic_source, device, country, is_conversion, engaged_time_ms, scroll_depth_percent,
                fcp_ms, lcp_ms, inp_ms, ttfb_ms, cls_score, props)
            FROM STDIN (FORMAT binary)
            """;

    private static final int COLUMNS = 28;

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
        lockVisitors(tx, events);
        Map<UUID, Receipt> stored = find(tx, events);
        Visits visits = new Visits(sessionRule);
        for (Event event : events) {
            if (!stored.containsKey(event.id())) {
                visits.expect(event.visitor(), event.occurredAt());
            }
        }
        visits.read(tx);

        List<Outcome> outcomes = new ArrayList<>(events.size());
        BinaryRows rows = new BinaryRows(events.size() * 640);
        int added = 0;
        for (Event event : events) {
            Receipt first = stored.get(event.id());
            if (first != null) {
                outcomes.add(new Outcome.Duplicate(first));
                continue;
            }
            UUID session = visits.place(event.visitor(), event.id(), event.occurredAt(), event.origin());
            Receipt receipt = new Receipt(event.id(), event.visitor().id(), session);
            stored.put(event.id(), receipt);
            outcomes.add(new Outcome.Stored(receipt, event.origin().device()));
            add(rows, event, session);
            added++;
        }
        visits.save(tx);
        if (added > 0) {
            tx.copy(COPY, rows);
        }
        return outcomes;
    }

    /** Keeps other writers away from these events' visitors until the transaction ends; {@link #write} does it itself. */
    public static void lockVisitors(Tx tx, List<Event> events) {
        VisitorLock.take(tx, events.stream().map(event -> event.visitor().id()).toList());
    }

    /** The receipts of those that are stored already, by event id (which holds the visitor's). */
    private static Map<UUID, Receipt> find(Tx tx, List<Event> events) {
        Map<UUID, Receipt> found = new HashMap<>();
        Columns<Event> dated =
                new Columns<>(events.stream().filter(Event::timeIsIdentity).toList());
        if (!dated.rows().isEmpty()) {
            LocalDate first = dated.rows().stream()
                    .map(Event::day)
                    .min(LocalDate::compareTo)
                    .orElseThrow();
            LocalDate last = dated.rows().stream()
                    .map(Event::day)
                    .max(LocalDate::compareTo)
                    .orElseThrow();
            keep(found, tx, FIND, visitors(dated), dated.ids(Event::id), first.minusDays(1), last);
        }
        Columns<Event> undated = new Columns<>(
                events.stream().filter(event -> !event.timeIsIdentity()).toList());
        if (!undated.rows().isEmpty()) {
            keep(found, tx, FIND_ANYWHERE, visitors(undated), undated.ids(Event::id));
        }
        return found;
    }

    private static UUID[] visitors(Columns<Event> events) {
        return events.ids(event -> event.visitor().id());
    }

    private static void keep(Map<UUID, Receipt> found, Tx tx, String query, Object... parameters) {
        tx.query(query, row -> new Receipt(row.id(2), row.id(1), row.id(3)), parameters)
                .forEach(receipt -> found.put(receipt.eventId(), receipt));
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
                .json(beacon.props());
    }
}
