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

    private static final int MOST_TRIES = 5;
    /** A lost connection is tried anew only if it broke fast: senders wait five seconds at the most. */
    private static final long FAST_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long ASK_AGAIN_MILLIS = 200;
    private static final long FLUSH_EVERY_MILLIS = 1_000;
    private static final Duration LONGEST_STOP = Duration.ofSeconds(4);

    private final Sql sql;
    private final DatabaseState database;
    private final EventStore store;
    private final Rejections rejections;
    private final Consumer<CommittedBatch> observer;
    private final Queue queue;
    private final int mostInBatch;
    private final Thread writer;
    private long flushedAt = System.nanoTime();

    /**
     * @param mostEvents that may wait
     * @param mostBytes of memory that they may hold
     * @param mostInBatch how many events one transaction takes
     */
    public record Bounds(int mostEvents, long mostBytes, int mostInBatch) {
        public static final Bounds SMALL_MACHINE = new Bounds(8_000, 8L << 20, 512);
    }

    public GroupCommit(
            Sql sql,
            DatabaseState database,
            EventStore store,
            Rejections rejections,
            Bounds bounds,
            Consumer<CommittedBatch> observer) {
        this.sql = sql;
        this.database = database;
        this.store = store;
        this.rejections = rejections;
        this.observer = observer;
        this.queue = new Queue(bounds.mostEvents(), bounds.mostBytes());
        this.mostInBatch = bounds.mostInBatch();
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
     * @throws Unavailable at once, if the queue is full, the database is away or the service stops
     */
    public CompletableFuture<List<Outcome>> submit(List<Event> events) {
        if (!database.isReady()) {
            throw new Unavailable(Unavailable.Reason.DATABASE_AWAY);
        }
        Ticket ticket = new Ticket(events);
        queue.put(ticket);
        return ticket.answer;
    }

    /** How many events wait. */
    public int depth() {
        return queue.depth();
    }

    /** Takes nothing more, stores what waits, and ends the writer. */
    @Override
    public void close() {
        queue.close();
        if (writer.getState() == Thread.State.NEW) {
            return;
        }
        try {
            writer.join(LONGEST_STOP);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!queue.isClosed() || queue.depth() > 0) {
                if (database.isReady()) {
                    writeNext();
                } else {
                    refuseAll(queue.take(Integer.MAX_VALUE, 0), Unavailable.Reason.DATABASE_AWAY);
                    awaitDatabase();
                }
            }
            flush();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            queue.close();
        }
    }

    private void writeNext() throws InterruptedException {
        List<Ticket> batch = queue.take(mostInBatch, FLUSH_EVERY_MILLIS);
        if (!batch.isEmpty()) {
            try {
                write(batch);
            } catch (RuntimeException | Error unforeseen) {
                LOG.log(Level.ERROR, "a batch failed in an unforeseen way", unforeseen);
                batch.forEach(ticket -> ticket.answer.completeExceptionally(unforeseen));
            }
        }
        if (!rejections.isEmpty() && System.nanoTime() - flushedAt >= FLUSH_EVERY_MILLIS * 1_000_000) {
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

    private void write(List<Ticket> batch) {
        long began = System.nanoTime();
        List<Event> events = new ArrayList<>();
        batch.forEach(ticket -> events.addAll(ticket.events));
        List<Outcome> outcomes;
        try {
            outcomes = store(events, began);
        } catch (SqlFailure failed) {
            LOG.log(Level.ERROR, "a batch of " + events.size() + " events could not be stored: " + failed.getMessage());
            database.lost();
            refuseAll(batch, Unavailable.Reason.DATABASE_AWAY);
            return;
        }
        observer.accept(new CommittedBatch(events.size(), Duration.ofNanos(System.nanoTime() - began)));
        int from = 0;
        for (Ticket ticket : batch) {
            int to = from + ticket.events.size();
            ticket.answer.complete(outcomes.subList(from, to));
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
                } else if (!again || tries == MOST_TRIES) {
                    throw failed;
                }
            }
        }
    }

    private void flush() {
        flushedAt = System.nanoTime();
        try {
            rejections.flush(sql);
        } catch (SqlFailure failed) {
            LOG.log(Level.WARNING, "counts of rejections are kept for later: " + failed.getMessage());
            if (failed.isLostConnection()) {
                database.lost();
            }
        }
    }

    private static void refuseAll(List<Ticket> tickets, Unavailable.Reason reason) {
        tickets.forEach(ticket -> ticket.answer.completeExceptionally(new Unavailable(reason)));
    }
}
