package com.altcontext.event;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.visit.SessionRule;
import com.altcontext.visit.VisitorLock;
import com.altcontext.visit.Visits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Stores events with their visitors and sessions. */
public final class EventStore {
    private final SessionRule sessionRule;

    public EventStore(SessionRule sessionRule) {
        this.sessionRule = sessionRule;
    }

    /**
     * Stores the events in their order, each once, in three round trips: look up, save the visits, copy the events. Two
     * machines never write events of one visitor at the same time.
     *
     * @return {@link Outcome.Stored} or {@link Outcome.Duplicate} for each, in their order
     */
    public List<Outcome> write(Tx tx, List<Event> events) {
        Visits visits = visits();
        for (Event event : events) {
            visits.expect(event.visitor(), event.occurredAt());
        }
        DuplicateSearch duplicates = new DuplicateSearch(events);
        Pipeline look = tx.pipeline();
        visits.lockAndRead(look);
        duplicates.ask(look);
        look.send();
        Map<UUID, Receipt> stored = duplicates.stored(tx, visits);

        EventRows rows = new EventRows(events.size());
        List<Outcome> outcomes = new ArrayList<>(events.size());
        for (Event event : events) {
            Receipt first = stored.get(event.id());
            if (first != null) {
                outcomes.add(new Outcome.Duplicate(first));
                continue;
            }
            UUID session = visits.place(event.visitor(), event.id(), event.occurredAt(), event.origin());
            Receipt receipt = rows.add(event, session);
            stored.put(event.id(), receipt);
            outcomes.add(new Outcome.Stored(receipt, event.origin().device()));
        }

        Pipeline save = tx.pipeline();
        visits.save(save);
        save.send();
        rows.copy(tx);
        return outcomes;
    }

    /** The visits of a batch that its caller stores in the same steps. */
    public Visits visits() {
        return new Visits(sessionRule);
    }

    /** Keeps other writers away from these events' visitors until the transaction ends; {@link #write} does it itself. */
    public static void lockVisitors(Tx tx, List<Event> events) {
        Pipeline lock = tx.pipeline();
        VisitorLock.take(
                lock, events.stream().map(event -> event.visitor().id()).toList());
        lock.send();
    }
}
