package com.altcontext.event;

import com.altcontext.db.BinaryRows;
import com.altcontext.db.Columns;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.Visitor;
import com.altcontext.visit.VisitorLock;
import com.altcontext.visit.Visits;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

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

    /** Where the time tells nothing, the first copy lies on some day of one of the visitor's sessions. */
    private static final String FIND_ANYWHERE = """
            SELECT sent.visitor_id, sent.id, first.session_id
            FROM unnest(?::uuid[], ?::uuid[]) AS sent(visitor_id, id)
            JOIN sessions s ON s.visitor_id = sent.visitor_id
            CROSS JOIN LATERAL (
                SELECT e.session_id FROM events e
                WHERE e.visitor_id = sent.visitor_id AND e.id = sent.id
                  AND e.day BETWEEN (s.started_at AT TIME ZONE 'UTC')::date AND (s.last_event_at AT TIME ZONE 'UTC')::date
                LIMIT 1) AS first
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
        List<Pipeline.Answer<Receipt>> found = find(look, events);
        look.send();

        Map<UUID, Receipt> stored = new HashMap<>();
        for (Pipeline.Answer<Receipt> answer : found) {
            answer.rows().forEach(receipt -> stored.put(receipt.eventId(), receipt));
        }

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

    /** Asks for the receipts of those that are stored already. */
    private static List<Pipeline.Answer<Receipt>> find(Pipeline look, List<Event> events) {
        List<Event> dated = new ArrayList<>(events.size());
        List<Event> undated = new ArrayList<>();
        for (Event event : events) {
            (event.timeIsIdentity() ? dated : undated).add(event);
        }
        List<Pipeline.Answer<Receipt>> answers = new ArrayList<>(2);
        if (!dated.isEmpty()) {
            LocalDate first = dated.getFirst().day();
            LocalDate last = first;
            for (Event event : dated) {
                first = event.day().isBefore(first) ? event.day() : first;
                last = event.day().isAfter(last) ? event.day() : last;
            }
            answers.add(find(look, FIND, dated, first.minusDays(1), last));
        }
        if (!undated.isEmpty()) {
            answers.add(find(look, FIND_ANYWHERE, undated));
        }
        return answers;
    }

    private static Pipeline.Answer<Receipt> find(Pipeline look, String query, List<Event> events, LocalDate... bounds) {
        Columns<Event> columns = new Columns<>(events);
        Object[] parameters = new Object[2 + bounds.length];
        parameters[0] = columns.ids(event -> event.visitor().id());
        parameters[1] = columns.ids(Event::id);
        System.arraycopy(bounds, 0, parameters, 2, bounds.length);
        return look.query(query, row -> new Receipt(row.id(2), row.id(1), row.id(3)), parameters);
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
