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
 *   <li>{@link #submit} puts the events of a request into the lane of their bucket. No thread is blocked while they
 *       wait.
 *   <li>A writer takes everything that waits in a lane as one batch. A single PostgreSQL has one bucket and one writer.
 *   <li>{@link BatchWriter} stores the batch in one transaction. In it {@link EventStore#write} locks the visitors, looks
 *       for duplicates, finds or begins the sessions, saves those, and copies the events. On a cluster, the locks are
 *       held by a second transaction.
 *   <li>After the commit the writer answers each request.
 * </ol>
 *
 * <p>There is no timer: while one commit runs, the events of the next batch arrive, so batches grow with the load.
 * While the database is away, all requests are refused at once, including those that already wait.
 */
public final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

    private static final long FLUSH_EVERY_MILLIS = 1_000;
    /** The pause after a flush that failed, which may have taken seconds: events must not wait for counts. */
    private static final long FLUSH_AGAIN_MILLIS = 10_000;

    /** Refused events count as waiting for this long, since their senders try again. */
    private static final long SENDERS_RETRY_NANOS = Duration.ofMinutes(1).toNanos();

    /** Each writer uses one of the process's connections. */
    private static final int MAX_WRITERS = 8;

    /** How long one lane may keep the others waiting: longer than a commit takes, but shorter than a sender waits. */
    private static final Duration MAX_EXCLUSIVE = Duration.ofMillis(100);

    /**
     * If more events than this wait at the end of a commit, they arrive faster than single commits could store them.
     */
    private static final int BUSY_DEPTH = 16;

    private static final long BUSY_NANOS = Duration.ofSeconds(1).toNanos();

    private final Sql sql;
    private final DatabaseState database;
    private final Rejections rejections;
    private final Consumer<CommittedBatch> observer;
    private final WriteQueue queue;
    private final MemoryBudget memory;
    private final LaneWriter lanes;
    private final Duration maxStop;
    private final Thread writer;
    /**
     * Any writer may start more of them, when there are more buckets. {@link #close} reads the list once the first
     * writer has ended.
     */
    private final List<Thread> otherWriters = new CopyOnWriteArrayList<>();

    private final ReentrantLock checking = new ReentrantLock();
    private final DatabaseStateLog states = new DatabaseStateLog(LOG);
    private final LimitedLog lateCounts = new LimitedLog(LOG);
    private long nextFlush = System.nanoTime() + FLUSH_EVERY_MILLIS * 1_000_000;
    /** When the first event after the last commit arrived; 0 if none did. */
    private volatile long uncommittedSince;

    private volatile long latestSubmit;

    private volatile long busyUntil = System.nanoTime();

    /**
     * The limits of the queue and of a batch.
     *
     * @param maxEvents in the queue
     * @param maxInBatch events in one transaction
     * @param maxBytesInBatch bytes of heap of the events in one transaction: several copies of them are made on the way
     *     to the database
     * @param maxStop how long {@link #close} may take
     */
    public record Bounds(int maxEvents, int maxInBatch, long maxBytesInBatch, Duration maxStop) {
        /** 512 events of typical length hold less than a megabyte. */
        public static final Bounds SMALL_MACHINE = new Bounds(8_000, 512, 1L << 20, Duration.ofSeconds(4));
    }

    public GroupCommit(
            Sql sql,
            DatabaseState database,
            BucketNodes nodes,
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
        this.maxStop = bounds.maxStop();
        this.queue = new WriteQueue(bounds.maxEvents(), MAX_EXCLUSIVE.toNanos());
        this.lanes = new LaneWriter(queue, new BatchWriter(sql, nodes, store), database, bounds, this::committed);
        this.writer = Thread.ofPlatform().name("ingest-writer").daemon().unstarted(this::run);
    }

    /** Starts the writer, which first waits for the database. */
    public void start() {
        writer.start();
    }

    /**
     * Queues the events of one request.
     *
     * @return completes after the commit with the outcome of each event, in the order of the list, or fails with
     *     {@link Unavailable}
     * @throws Unavailable at once, if the queue or the memory budget is full, the database is away or the service stops
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

    /** The number of waiting events. */
    public int depth() {
        return queue.depth();
    }

    /**
     * For how long events have been arriving, refused ones included, without any being stored; zero if none arrived.
     */
    public Duration uncommittedFor() {
        long since = uncommittedSince;
        long now = System.nanoTime();
        boolean isWaiting = since != 0 && (depth() > 0 || now - latestSubmit < SENDERS_RETRY_NANOS);
        return isWaiting ? Duration.ofNanos(now - since) : Duration.ZERO;
    }

    /** Whether so many events arrived within the last second that other work should leave the database to them. */
    public boolean isBusy() {
        return busyUntil - System.nanoTime() > 0;
    }

    /** Whether the writer runs. If it has ended, no event is stored until the process is restarted. */
    public boolean isRunning() {
        return writer.isAlive();
    }

    /** Accepts no more events, stores the waiting ones, and ends the writers. */
    @Override
    public void close() {
        queue.close();
        if (writer.getState() == Thread.State.NEW) {
            return;
        }
        long deadline = System.nanoTime() + maxStop.toNanos();
        try {
            writer.join(maxStop);
            for (Thread other : otherWriters) {
                other.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Continues after any failure of a batch: without this thread no event is stored. */
    private void run() {
        try {
            startOtherWriters();
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
            checkDatabase();
            return;
        }
        lanes.writeNext();
        if (!rejections.isEmpty() && System.nanoTime() - nextFlush >= 0) {
            flush();
        }
    }

    /**
     * A step of the other writers, which do not write counts. They check the database too, because a slow node may
     * block the first writer for seconds.
     */
    private void stepOfOther() throws InterruptedException {
        if (database.isReady()) {
            lanes.writeNext();
        } else {
            checkDatabase();
        }
    }

    /** Starts writers until there is one for each bucket, but no more than {@link #MAX_WRITERS}. */
    private synchronized void startOtherWriters() {
        int wanted = Math.min(database.buckets().count(), MAX_WRITERS) - 1;
        while (otherWriters.size() < wanted) {
            otherWriters.add(Thread.ofPlatform()
                    .name("ingest-writer-" + (otherWriters.size() + 2))
                    .daemon()
                    .start(() -> whileOpen(this::stepOfOther)));
        }
    }

    /**
     * Only one writer at a time checks the database. The others do not wait for the result, because the first writer
     * has to refuse the waiting requests.
     */
    private void checkDatabase() throws InterruptedException {
        if (!checking.tryLock()) {
            queue.pause(LaneWriter.CHECK_AGAIN_MILLIS);
            return;
        }
        try {
            if (database.isReady()) {
                return;
            }
            DatabaseState.Status now = database.check();
            states.log(now, database.trouble());
            if (now == DatabaseState.Status.READY) {
                startOtherWriters();
            } else {
                queue.pause(LaneWriter.CHECK_AGAIN_MILLIS);
            }
        } finally {
            checking.unlock();
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
