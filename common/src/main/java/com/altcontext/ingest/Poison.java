package com.altcontext.ingest;

import com.altcontext.db.SqlFailure;
import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the events that the database refuses whatever they are sent with, by halving, and stores the others: one bad
 * row must not fail its neighbours. Validation lets none through that is known; this is for those that nobody foresaw.
 */
final class Poison {
    private Poison() {}

    /** Stores what can be stored, in the given transaction; an event that cannot is {@link Outcome.Unstorable}. */
    static List<Outcome> isolate(Tx tx, EventStore store, List<Event> events) {
        // Halves would lock their visitors in an order of their own, and wait for another machine in a circle.
        EventStore.lockVisitors(tx, events);
        return halve(tx, store, events);
    }

    private static List<Outcome> halve(Tx tx, EventStore store, List<Event> events) {
        try {
            return tx.nested(inner -> store.write(inner, events));
        } catch (SqlFailure failed) {
            if (!failed.isFaultOfTheData()) {
                throw failed;
            }
            if (events.size() == 1) {
                return List.of(new Outcome.Unstorable(failed.state()));
            }
        }
        int middle = events.size() / 2;
        List<Outcome> outcomes = new ArrayList<>(halve(tx, store, events.subList(0, middle)));
        outcomes.addAll(halve(tx, store, events.subList(middle, events.size())));
        return outcomes;
    }
}
