package com.altcontext.ingest;

import com.altcontext.db.Buckets;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.value.LimitedLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Stores the events of many requests in one commit. An event goes through these steps:
 *
 * <ol>
 *   <li>{@link #submit} puts the events of a request into the lane of their bucket. No thread waits with them.
 *   <li>A writer takes everything that waits in a lane as one batch. A single PostgreSQL has one bucket and one writer.
 *   <li>{@link BatchWriter} stores the batch in one transaction. In it {@link EventStore#write} locks the visitors, looks
 *       for duplicates, finds or begins the sessions, saves those, and copies the events.
 *   <li>After the commit the writer answers each request.
 * </ol>
 *
 * <p>There is no timer: while one commit runs the next batch gathers, so batches grow with the load. While the database
 * is away, all requests are refused at once, including those that wait.
 */
public final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

    private static final long FLUSH_EVERY_MILLIS = 1_000;
    /** After a failure, which may take seconds: events must not wait for counts. */
    private static final long FLUSH_AGAIN_MILLIS = 10_000;

    /** How long refused events count as waiting, since their senders try again. */
    private static final long SENDERS_RETRY_NANOS = Duration.ofMinutes(1).toNanos();

    /** Each has one of the connections that a process may have. */
    private static final int MAX_WRITERS = 8;

    /** Longer than a commit takes, but shorter than a sender waits. */
    private static final Duration MAX_ALONE = Duration.ofMillis(100);

    /**
     * If more events than this wait at the end of a commit, they arrive faster than single commits could store them.
     */
    private static final int BUSY_DEPTH = 16;

    private static final long BUSY_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Duration MAX_STOP = Duration.ofSeconds(4);

    private final Sql sql;
    private final DatabaseState database;
    private final Rejections rejections;
    private final Consumer<CommittedBatch> observer;
    private final WriteQueue queue;
    private final MemoryBudget memory;
    private final LaneWriter lanes;
    private final Thread writer;
    /** Any writer may add to them, as buckets are added; {@link #close} reads them once the first has ended. */
    private final List<Thread> moreWriters = new CopyOnWriteArrayList<>();

    private final ReentrantLock asking = new ReentrantLock();
    private final DatabaseStateLog states = new DatabaseStateLog(LOG);
    private final LimitedLog lateCounts = new LimitedLog(LOG);
    private long nextFlush = System.nanoTime() + FLUSH_EVERY_MILLIS * 1_000_000;
    /** When the first event came after the last commit; 0 if none did. */
    private volatile long uncommittedSince;

    private volatile long latestSubmit;

    private volatile long busyUntil = System.nanoTime();

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
        this.rejections = rejections;
        this.observer = observer;
        this.memory = memory;
        this.queue = new WriteQueue(bounds.maxEvents(), MAX_ALONE.toNanos());
        this.lanes = new LaneWriter(queue, new BatchWriter(sql, store), database, bounds, this::committed);
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
        Buckets buckets = database.buckets();
        if (buckets.count() == 1 || events.size() == 1) {
            Ticket ticket = new Ticket(buckets.of(events.getFirst().visitor().id()), events, memory);
            put(List.of(ticket));
            return ticket.answer;
        }
        Ticket.Split split = Ticket.Split.of(events, buckets, memory);
        put(split.tickets());
        return split.answer();
    }

    private void put(List<Ticket> request) {
        try {
            queue.put(request);
        } catch (Unavailable full) {
            request.forEach(ticket -> ticket.refuse(full.reason()));
            throw full;
        }
    }

    /** How many events wait. */
    public int depth() {
        return queue.depth();
    }

    /** For how long events, including refused ones, have come without one being stored; zero if none came. */
    public Duration uncommittedFor() {
        long since = uncommittedSince;
        long now = System.nanoTime();
        boolean isWaiting = since != 0 && (depth() > 0 || now - latestSubmit < SENDERS_RETRY_NANOS);
        return isWaiting ? Duration.ofNanos(now - since) : Duration.ZERO;
    }

    /** Whether so many events came within the last second that other work should leave them the database. */
    public boolean isBusy() {
        return busyUntil - System.nanoTime() > 0;
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
        long deadline = System.nanoTime() + MAX_STOP.toNanos();
        try {
            writer.join(MAX_STOP);
            for (Thread more : moreWriters) {
                more.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Continues after any failure of a batch: without this thread nothing is stored. */
    private void run() {
        try {
            startMoreWriters();
            whileOpen(this::step);
            flush();
        } finally {
            queue.close();
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws InterruptedException;
    }

    private void whileOpen(Step step) {
        while (!queue.isClosed() || queue.depth() > 0) {
            try {
                step.take();
            } catch (Throwable unforeseen) {
                lanes.recover(unforeseen);
            }
        }
    }

    private void step() throws InterruptedException {
        if (!database.isReady()) {
            lanes.refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
            askDatabase();
            return;
        }
        lanes.writeNext();
        if (!rejections.isEmpty() && System.nanoTime() - nextFlush >= 0) {
            flush();
        }
    }

    /** The loop of the other writers, which write no counts. They ask too: a node may hold up the first writer for seconds. */
    private void stepOfMore() throws InterruptedException {
        if (database.isReady()) {
            lanes.writeNext();
        } else {
            askDatabase();
        }
    }

    /** One writer per bucket, as far as one process has connections. */
    private synchronized void startMoreWriters() {
        int wanted = Math.min(database.buckets().count(), MAX_WRITERS) - 1;
        while (moreWriters.size() < wanted) {
            moreWriters.add(Thread.ofPlatform()
                    .name("ingest-writer-" + (moreWriters.size() + 2))
                    .daemon()
                    .start(() -> whileOpen(this::stepOfMore)));
        }
    }

    /** One writer asks at a time. The others do not wait for its answer: the first one has to refuse what waits. */
    private void askDatabase() throws InterruptedException {
        if (!asking.tryLock()) {
            queue.pause(LaneWriter.ASK_AGAIN_MILLIS);
            return;
        }
        try {
            if (database.isReady()) {
                return;
            }
            DatabaseState.Status now = database.ask();
            states.log(database);
            if (now == DatabaseState.Status.READY) {
                startMoreWriters();
            } else {
                queue.pause(LaneWriter.ASK_AGAIN_MILLIS);
            }
        } finally {
            asking.unlock();
        }
    }

    private void committed(CommittedBatch batch) {
        int waiting = depth();
        uncommittedSince = waiting == 0 ? 0 : System.nanoTime() | 1;
        if (waiting >= BUSY_DEPTH) {
            busyUntil = System.nanoTime() + BUSY_NANOS;
        }
        observer.accept(batch);
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
}
