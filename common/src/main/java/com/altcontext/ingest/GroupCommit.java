package com.altcontext.ingest;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Many requests, one commit. Requests queue without holding a thread; one writer takes whatever waits, stores it in one
 * transaction, and answers each after the commit. Nothing waits for a timer: while one commit runs, the next batch
 * gathers, so batches grow with the load.
 *
 * <p>When the database is away every waiting request is told so at once, and new ones are told without queueing, until
 * the database answers again.
 */
public final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

    private static final int MAX_TRIES = 5;
    /** A lost connection is tried anew only if it broke fast: senders wait five seconds at the most. */
    private static final long FAST_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long ASK_AGAIN_MILLIS = 200;
    private static final long FLUSH_EVERY_MILLIS = 1_000;
    /** Counts can wait, and events must not wait for them: a statement that fails may take seconds. */
    private static final long FLUSH_AGAIN_MILLIS = 10_000;

    /** Events that were refused count as waiting for so long: their senders try again. */
    private static final long SENDERS_RETRY_NANOS = Duration.ofMinutes(1).toNanos();

    private static final Duration MAX_STOP = Duration.ofSeconds(4);

    private final Sql sql;
    private final DatabaseState database;
    private final EventStore store;
    private final Rejections rejections;
    private final Consumer<CommittedBatch> observer;
    private final Queue queue;
    private final Bounds bounds;
    private final MemoryBudget memory;
    private final Thread writer;
    private final LimitedLog failures = new LimitedLog(LOG);
    private final LimitedLog defects = new LimitedLog(LOG);
    private final LimitedLog lateCounts = new LimitedLog(LOG);
    private long nextFlush = System.nanoTime() + FLUSH_EVERY_MILLIS * 1_000_000;
    /** When the first event came that nothing was committed since; 0 if there is none. */
    private volatile long uncommittedSince;

    private volatile long latestSubmit;

    /**
     * @param mostEvents that may wait
     * @param mostInBatch how many events one transaction takes
     * @param mostBytesInBatch how much of the heap those may hold: on their way to the database they are copied several
     *     times
     */
    public record Bounds(int mostEvents, int mostInBatch, long mostBytesInBatch) {
        /** 512 events of common length hold less than a megabyte. */
        public static final Bounds SMALL_MACHINE = new Bounds(8_000, 512, 1L << 20);
    }

    public GroupCommit(
            Sql sql,
            DatabaseState database,
            EventStore store,
            Rejections rejections,
            Bounds bounds,
            MemoryBudget memory,
            Consumer<CommittedBatch> observer) {
        this.sql = sql;
        this.database = database;
        this.store = store;
        this.rejections = rejections;
        this.observer = observer;
        this.memory = memory;
        this.queue = new Queue(bounds.mostEvents());
        this.bounds = bounds;
        this.writer = Thread.ofPlatform().name("ingest-writer").daemon().unstarted(this::run);
    }

    /** Starts the writer, which first waits for the database. */
    public void start() {
        writer.start();
    }

    /**
     * Queues the events of one request.
     *
     * @return what became of each, in their order, once it is committed; or failed with {@link Unavailable}
     * @throws Unavailable at once, if the queue or the memory for it is full, the database is away or the service stops
     */
    public CompletableFuture<List<Outcome>> submit(List<Event> events) {
        long now = System.nanoTime() | 1;
        latestSubmit = now;
        if (uncommittedSince == 0) {
            uncommittedSince = now;
        }
        if (!database.isReady()) {
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
        Ticket ticket = new Ticket(events, memory);
        try {
            queue.put(ticket);
        } catch (Unavailable full) {
            ticket.refuse(full.reason());
            throw full;
        }
        return ticket.answer;
    }

    /** How many events wait. */
    public int depth() {
        return queue.depth();
    }

    /** For how long events have come without one being stored, those that were refused among them; zero if none comes. */
    public Duration uncommittedFor() {
        long since = uncommittedSince;
        long now = System.nanoTime();
        boolean isWaiting = since != 0 && (depth() > 0 || now - latestSubmit < SENDERS_RETRY_NANOS);
        return isWaiting ? Duration.ofNanos(now - since) : Duration.ZERO;
    }

    /** Whether the writer is there: without it nothing is stored until the process is started anew. */
    public boolean isRunning() {
        return writer.isAlive();
    }

    /** Takes nothing more, stores what waits, and ends the writer. */
    @Override
    public void close() {
        queue.close();
        if (writer.getState() == Thread.State.NEW) {
            return;
        }
        try {
            writer.join(MAX_STOP);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Outlives whatever happens to a batch: without this thread nothing is stored any more. */
    private void run() {
        try {
            while (!queue.isClosed() || queue.depth() > 0) {
                try {
                    step();
                } catch (Throwable unforeseen) {
                    goOn(unforeseen);
                }
            }
            flush();
        } finally {
            queue.close();
        }
    }

    private void step() throws InterruptedException {
        if (database.isReady()) {
            writeNext();
        } else {
            refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
            awaitDatabase();
        }
    }

    private void goOn(Throwable unforeseen) {
        try {
            defects.log(Level.ERROR, "the writer failed in an unforeseen way and goes on", unforeseen);
            refuseWaiting(Unavailable.Reason.WRITER_FAILED);
            queue.pause(ASK_AGAIN_MILLIS);
        } catch (Throwable again) {
            // Whatever it is, the next turn of the loop meets it as well, or does not.
        }
    }

    private void writeNext() throws InterruptedException {
        List<Ticket> batch = queue.take(bounds.mostInBatch(), bounds.mostBytesInBatch(), FLUSH_EVERY_MILLIS);
        if (!batch.isEmpty()) {
            try {
                write(batch);
            } catch (RuntimeException | Error unforeseen) {
                defects.log(Level.ERROR, "a batch failed in an unforeseen way", unforeseen);
                refuseAll(batch, Unavailable.Reason.WRITER_FAILED);
            }
        }
        if (!rejections.isEmpty() && System.nanoTime() - nextFlush >= 0) {
            flush();
        }
    }

    private void awaitDatabase() throws InterruptedException {
        DatabaseState.Status before = database.status();
        DatabaseState.Status now = database.ask();
        if (now != before) {
            LOG.log(now == DatabaseState.Status.READY ? Level.INFO : Level.WARNING, describe(now));
        }
        if (now != DatabaseState.Status.READY) {
            queue.pause(ASK_AGAIN_MILLIS);
        }
    }

    private static String describe(DatabaseState.Status status) {
        return switch (status) {
            case STARTING -> "starting";
            case READY -> "the database is ready";
            case DATABASE_UNREACHABLE -> "the database cannot be reached: answering 503 until it can";
            case SCHEMA_OUTDATED ->
                "the database's schema is older than version " + DatabaseState.REQUIRED_SCHEMA
                        + ", which this version needs: answering 503 until `altops migrate` has run";
        };
    }

    private void write(List<Ticket> batch) throws InterruptedException {
        long began = System.nanoTime();
        List<Event> events = new ArrayList<>();
        batch.forEach(ticket -> events.addAll(ticket.events));
        List<Outcome> outcomes;
        try {
            outcomes = store(events, began);
        } catch (SqlFailure failed) {
            failures.log(
                    Level.ERROR, "a batch of " + events.size() + " events could not be stored: " + failed.getMessage());
            refuseAll(batch, Unavailable.Reason.DATABASE_AWAY);
            standBack(failed);
            return;
        }
        uncommittedSince = depth() == 0 ? 0 : System.nanoTime() | 1;
        measure(new CommittedBatch(events.size(), Duration.ofNanos(System.nanoTime() - began)));
        int from = 0;
        for (Ticket ticket : batch) {
            int to = from + ticket.events.size();
            ticket.answer(outcomes.subList(from, to));
            from = to;
        }
    }

    /** Tries until stored. Repeating is safe, also after a commit whose answer was lost: an event's identity finds it. */
    private List<Outcome> store(List<Event> events, long began) {
        boolean piecewise = false;
        for (int tries = 1; ; tries++) {
            try {
                boolean apart = piecewise;
                return sql.inTransaction(tx -> apart ? Poison.isolate(tx, store, events) : store.write(tx, events));
            } catch (SqlFailure failed) {
                boolean fast = System.nanoTime() - began < FAST_NANOS;
                boolean again = failed.isWorthRepeating() || (failed.isLostConnection() && fast);
                if (failed.isFaultOfTheData() && !piecewise) {
                    piecewise = true;
                } else if (!again || tries == MAX_TRIES) {
                    throw failed;
                }
            }
        }
    }

    /** What is stored is answered so, whatever happens to those who measure. */
    private void measure(CommittedBatch batch) {
        try {
            observer.accept(batch);
        } catch (RuntimeException unforeseen) {
            defects.log(Level.ERROR, "a committed batch could not be measured", unforeseen);
        }
    }

    /** Those that wait have waited for this failure too: they are told now, and the next to come try the database anew. */
    private void standBack(SqlFailure failed) throws InterruptedException {
        if (failed.isLostConnection()) {
            database.lost();
        }
        refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
        if (!failed.isLostConnection()) {
            queue.pause(ASK_AGAIN_MILLIS);
        }
    }

    private void flush() {
        nextFlush = System.nanoTime() + FLUSH_EVERY_MILLIS * 1_000_000;
        try {
            rejections.flush(sql);
        } catch (SqlFailure failed) {
            nextFlush = System.nanoTime() + FLUSH_AGAIN_MILLIS * 1_000_000;
            lateCounts.log(Level.WARNING, "counts of rejections are kept for later: " + failed.getMessage());
            if (failed.isLostConnection()) {
                database.lost();
            }
        }
    }

    private void refuseWaiting(Unavailable.Reason reason) throws InterruptedException {
        refuseAll(queue.take(Integer.MAX_VALUE, Long.MAX_VALUE, 0), reason);
    }

    private static void refuseAll(List<Ticket> tickets, Unavailable.Reason reason) {
        tickets.forEach(ticket -> ticket.refuse(reason));
    }
}
