package com.altcontext.api;

import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Unavailable;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Captured;
import com.altcontext.lead.Email;
import com.altcontext.lead.Leads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The forms that wait to be stored. One transaction stores all that came while the one before it ran, as
 * {@link com.altcontext.ingest.GroupCommit} does with events; nobody waits for a timer. A form that would hold others up is
 * stored by itself: one whose address somebody else is at, and one of those of which the database refuses any.
 */
final class Captures {
    private static final int MAX_WAITING = 128;
    private static final int MAX_AT_ONCE = 32;
    /** What a form waits with, beside itself and its request. */
    private static final int OBJECTS = 256;
    /** In characters of what the forms bring along: their copies on the way to the database are held all at once. */
    private static final int MAX_PAYLOAD_AT_ONCE = 128 * 1024;

    private final Leads leads;
    private final Workers workers;
    private final MemoryBudget memory;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean isStoring;

    private record Waiting(
            Exchange exchange, Capture capture, Consumer<Captured> answer, MemoryBudget.Reservation memory) {
        void answer(Captured captured) {
            exchange.later(() -> {
                memory.release();
                answer.accept(captured);
            });
        }

        void fail(Throwable failure) {
            exchange.later(() -> {
                memory.release();
                exchange.failed(failure);
            });
        }
    }

    Captures(Leads leads, Workers workers, MemoryBudget memory) {
        this.leads = leads;
        this.workers = workers;
        this.memory = memory;
    }

    /**
     * Stores the form, and then answers on the request's event loop.
     *
     * @throws Unavailable if the database is away, too many wait or hold too much memory, or the service stops
     */
    void take(Exchange exchange, Capture capture, Consumer<Captured> answer) {
        if (workers.isStopped()) {
            throw new Unavailable(Unavailable.Reason.STOPPING);
        }
        MemoryBudget.Reservation reserved = memory.reserve(OBJECTS + exchange.weight() + capture.weight());
        synchronized (waiting) {
            if (waiting.size() == MAX_WAITING) {
                reserved.release();
                throw new Unavailable(Unavailable.Reason.QUEUE_FULL);
            }
            waiting.add(new Waiting(exchange, capture, answer, reserved));
            if (isStoring) {
                return;
            }
            isStoring = true;
        }
        try {
            workers.run(this::storeAll);
        } catch (Unavailable away) {
            refuseAll(away);
        }
    }

    private void storeAll() {
        for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
            store(batch);
        }
    }

    private void refuseAll(Unavailable away) {
        for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
            batch.forEach(one -> one.fail(away));
        }
    }

    /** The first that wait, but of each address only the first. If nobody waits, the next who comes begins to store anew. */
    private List<Waiting> next() {
        List<Waiting> batch = new ArrayList<>();
        Set<Email> addresses = new HashSet<>();
        int payload = 0;
        synchronized (waiting) {
            Iterator<Waiting> all = waiting.iterator();
            while (all.hasNext() && batch.size() < MAX_AT_ONCE && payload < MAX_PAYLOAD_AT_ONCE) {
                Waiting one = all.next();
                if (addresses.add(one.capture.email())) {
                    String brought = one.capture.payload();
                    payload += brought == null ? 0 : brought.length();
                    batch.add(one);
                    all.remove();
                }
            }
            isStoring = !batch.isEmpty();
        }
        return batch;
    }

    private void store(List<Waiting> batch) {
        List<Capture> captures = batch.stream().map(Waiting::capture).toList();
        List<Optional<Captured>> captured;
        try {
            captured = workers.attempt(() -> leads.captureFree(captures));
        } catch (Unavailable away) {
            batch.forEach(one -> one.fail(away));
            // Whoever waits behind would wait as long once more, and longer than a sender does.
            refuseAll(away);
            return;
        } catch (Error failure) {
            batch.forEach(one -> one.fail(failure));
            return;
        } catch (RuntimeException ofOne) {
            batch.forEach(this::storeAlone);
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            Waiting one = batch.get(i);
            captured.get(i).ifPresentOrElse(one::answer, () -> storeAlone(one));
        }
    }

    private void storeAlone(Waiting one) {
        try {
            workers.run(() -> {
                try {
                    one.answer(workers.attempt(() -> leads.capture(one.capture)));
                } catch (RuntimeException | Error failure) {
                    one.fail(failure);
                }
            });
        } catch (Unavailable full) {
            one.fail(full);
        }
    }
}
