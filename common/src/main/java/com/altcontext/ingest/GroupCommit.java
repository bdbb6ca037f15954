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
 * Stores the events of many requests in one commit. An event goes through these steps:
 *
 * <ol>
 *   <li>{@link #submit} puts the events of a request into the queue. No thread waits with them.
 *   <li>The writer, one thread, takes all that waits as one batch.
 *   <li>{@link BatchWriter} stores the batch in one transaction. In it {@link EventStore#write} locks the visitors, looks
 *       for duplicates, finds or begins the sessions, saves those, and copies the events.
 *   <li>After the commit the writer answers each request.
 * </ol>
 *
 * <p>There is no timer: while one commit runs the next batch gathers, so batches grow with the load. While the database
 * is away, all requests are refused at once, those that wait too.
 */
public final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

    private static final long ASK_AGAIN_MILLIS = 200;
    private static final long FLUSH_EVERY_MILLIS = 1_000;
    /** After a failure, which may take seconds: events must not wait for counts. */
    private static final long FLUSH_AGAIN_MILLIS = 10_000;

    /** For so long refused events count as waiting: their senders try again. */
    private static final long SENDERS_RETRY_NANOS = Duration.ofMinutes(1).toNanos();

    private static final Duration MAX_STOP = Duration.ofSeconds(4);

    private final Sql sql;
    private final DatabaseState database;
    private final BatchWriter batches;
    private final Rejections rejections;
    private final Consumer<CommittedBatch> observer;
    private final WriteQueue queue;
    private final Bounds bounds;
    private final MemoryBudget memory;
    private final Thread writer;
    private final LimitedLog failures = new LimitedLog(LOG);
    private final LimitedLog defects = new LimitedLog(LOG);
    private final LimitedLog lateCounts = new LimitedLog(LOG);
    private long nextFlush = System.nanoTime() + FLUSH_EVERY_MILLIS * 1_000_000;
    /** When the first event came after the last commit; 0 if none did. */
    private volatile long uncommittedSince;

    private volatile long latestSubmit;

    /**
     * The limits of the queue and of a batch.
     *
     * @param maxEvents in the queue
     * @param maxInBatch events in one transaction
     * @param maxBytesInBatch of the heap, for the events of one transaction: on their way to the database they are copied
     *     several times
     */
    public record Bounds(int maxEvents, int maxInBatch, long maxBytesInBatch) {
        /** 512 events of typical length hold less than a megabyte. */
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
        this.batches = new BatchWriter(sql, store);
        this.rejections = rejections;
        this.observer = observer;
        this.memory = memory;
        this.queue = new WriteQueue(bounds.maxEvents());
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
     * @return completes after the commit with the outcome of each event, in their order, or fails with
     *     {@link Unavailable}
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

    /** For how long no event was stored although events came, refused ones included; zero if none came. */
    public Duration uncommittedFor() {
        long since = uncommittedSince;
        long now = System.nanoTime();
        boolean isWaiting = since != 0 && (depth() > 0 || now - latestSubmit < SENDERS_RETRY_NANOS);
        return isWaiting ? Duration.ofNanos(now - since) : Duration.ZERO;
    }

    /** Whether the writer runs: without it nothing is stored until the process is restarted. */
    public boolean isRunning() {
        return writer.isAlive();
    }

    /** Accepts nothing more, stores what waits, and ends the writer. */
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

    /** Continues after any failure of a batch: without this thread nothing is stored. */
    private void run() {
        try {
            while (!queue.isClosed() || queue.depth() > 0) {
                try {
                    step();
                } catch (Throwable unforeseen) {
                    recover(unforeseen);
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
            askDatabase();
        }
    }

    private void recover(Throwable unforeseen) {
        try {
            defects.log(Level.ERROR, "the writer failed unexpectedly and continues", unforeseen);
            refuseWaiting(Unavailable.Reason.WRITER_FAILED);
            queue.pause(ASK_AGAIN_MILLIS);
        } catch (Throwable again) {
            // Nothing is left to do here: the next turn of the loop tries again.
        }
    }

    private void writeNext() throws InterruptedException {
        List<Ticket> batch = queue.take(bounds.maxInBatch(), bounds.maxBytesInBatch(), FLUSH_EVERY_MILLIS);
        if (!batch.isEmpty()) {
            try {
                write(batch);
            } catch (RuntimeException | Error unforeseen) {
                defects.log(Level.ERROR, "a batch failed unexpectedly", unforeseen);
                refuseAll(batch, Unavailable.Reason.WRITER_FAILED);
            }
        }
        if (!rejections.isEmpty() && System.nanoTime() - nextFlush >= 0) {
            flush();
        }
    }

    private void askDatabase() throws InterruptedException {
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
            outcomes = batches.write(events);
        } catch (SqlFailure failed) {
            failures.log(
                    Level.ERROR, "a batch of " + events.size() + " events could not be stored: " + failed.getMessage());
            refuseAll(batch, Unavailable.Reason.DATABASE_AWAY);
            backOff(failed);
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

    /** A failure here must not change the answer: the batch is stored. */
    private void measure(CommittedBatch batch) {
        try {
            observer.accept(batch);
        } catch (RuntimeException unforeseen) {
            defects.log(Level.ERROR, "a committed batch could not be measured", unforeseen);
        }
    }

    /** The requests in the queue have waited for this failure too, so they are refused now. Later ones are tried. */
    private void backOff(SqlFailure failed) throws InterruptedException {
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
            lateCounts.log(Level.WARNING, "the counts of rejections will be written later: " + failed.getMessage());
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
