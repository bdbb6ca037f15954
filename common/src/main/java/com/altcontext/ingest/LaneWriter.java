package com.altcontext.ingest;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Event;
import com.altcontext.event.Outcome;
import com.altcontext.value.LimitedLog;
import com.altcontext.visit.BucketsChanged;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes batches from the queue, stores each in one transaction, and answers the requests. Several threads may use it at
 * once.
 */
final class LaneWriter {
    private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

    static final long CHECK_AGAIN_MILLIS = 200;
    private static final long MIN_SUSPENSION_NANOS =
            Duration.ofMillis(CHECK_AGAIN_MILLIS).toNanos();

    private final WriteQueue queue;
    private final BatchWriter batches;
    private final DatabaseState database;
    private final GroupCommit.Bounds bounds;
    private final Consumer<CommittedBatch> committed;
    private final LimitedLog failures = new LimitedLog(LOG);
    private final LimitedLog defects = new LimitedLog(LOG);

    /** @param committed is called after each commit */
    LaneWriter(
            WriteQueue queue,
            BatchWriter batches,
            DatabaseState database,
            GroupCommit.Bounds bounds,
            Consumer<CommittedBatch> committed) {
        this.queue = queue;
        this.batches = batches;
        this.database = database;
        this.bounds = bounds;
        this.committed = committed;
    }

    /**
     * Stores the next batch. It waits only briefly for one: any thread may report meanwhile that the database is lost,
     * and that does not wake this thread.
     */
    void writeNext() throws InterruptedException {
        WriteQueue.Batch batch = queue.take(bounds.maxInBatch(), bounds.maxBytesInBatch(), CHECK_AGAIN_MILLIS);
        if (batch == null) {
            return;
        }
        try {
            write(batch);
        } catch (RuntimeException | Error unforeseen) {
            defects.log(Level.ERROR, "a batch failed unexpectedly", unforeseen);
            refuseAll(batch.tickets(), Unavailable.Reason.WRITER_FAILED);
        } finally {
            queue.done(batch);
        }
    }

    /** Must be called after an unexpected failure outside of a batch. Refuses the waiting requests. */
    void recover(Throwable unforeseen) {
        try {
            defects.log(Level.ERROR, "the writer failed unexpectedly and continues", unforeseen);
            refuseWaiting(Unavailable.Reason.WRITER_FAILED);
            queue.pause(CHECK_AGAIN_MILLIS);
        } catch (Throwable again) {
            // Nothing more can be done here. The next step of the loop tries again.
        }
    }

    private void write(WriteQueue.Batch batch) throws InterruptedException {
        long began = System.nanoTime();
        List<Event> events = new ArrayList<>();
        batch.tickets().forEach(ticket -> events.addAll(ticket.events));
        List<Outcome> outcomes;
        try {
            outcomes = batches.write(batch.bucket(), events);
        } catch (SqlFailure failed) {
            failures.log(
                    Level.ERROR, "a batch of " + events.size() + " events could not be stored: " + failed.getMessage());
            refuseAll(batch.tickets(), Unavailable.Reason.DATABASE_AWAY);
            backOff(batch, failed, System.nanoTime() - began);
            return;
        } catch (BucketsChanged changed) {
            refuseAll(batch.tickets(), Unavailable.Reason.DATABASE_AWAY);
            refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
            database.lost();
            return;
        }
        measure(new CommittedBatch(events.size(), Duration.ofNanos(System.nanoTime() - began)));
        int from = 0;
        for (Ticket ticket : batch.tickets()) {
            int to = from + ticket.events.size();
            ticket.answer(outcomes.subList(from, to));
            from = to;
        }
    }

    /** A failure of the observer must not change the answers, since the batch is stored. */
    private void measure(CommittedBatch batch) {
        try {
            committed.accept(batch);
        } catch (RuntimeException unforeseen) {
            defects.log(Level.ERROR, "a committed batch could not be measured", unforeseen);
        }
    }

    /**
     * Refuses the queued requests too, since they have already waited for this failure; later requests are tried. If
     * there are several buckets, perhaps only this bucket's node is away. Its lane is then suspended for twice as long
     * as the failure took, so that it never takes more than a third of a writer's time.
     */
    private void backOff(WriteQueue.Batch batch, SqlFailure failed, long tookNanos) throws InterruptedException {
        boolean isOnly = batch.bucket().of().count() == 1;
        if (failed.isLostConnection()) {
            database.lost();
            refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
        } else if (isOnly) {
            refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
            if (failed.isCanceled()) {
                // Something in the database blocked the batch until its timeout. Requests are refused at once until a
                // check finds the database ready.
                database.lost();
            } else {
                queue.pause(CHECK_AGAIN_MILLIS);
            }
        } else {
            refuseAll(
                    queue.suspend(batch.bucket(), Math.max(MIN_SUSPENSION_NANOS, 2 * tookNanos)),
                    Unavailable.Reason.DATABASE_AWAY);
        }
    }

    void refuseWaiting(Unavailable.Reason reason) {
        refuseAll(queue.takeAll(), reason);
    }

    private static void refuseAll(List<Ticket> tickets, Unavailable.Reason reason) {
        tickets.forEach(ticket -> ticket.refuse(reason));
    }
}
