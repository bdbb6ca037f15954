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

/** Takes batches from the queue, stores each in one transaction, and answers its requests. Several threads may use it at once. */
final class LaneWriter {
    private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

    static final long ASK_AGAIN_MILLIS = 200;
    private static final long MIN_REST_NANOS =
            Duration.ofMillis(ASK_AGAIN_MILLIS).toNanos();

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
     * Stores the next batch. It waits only briefly for one, since any thread may report the database lost meanwhile, and then nothing
     * wakes this one.
     */
    void writeNext() throws InterruptedException {
        WriteQueue.Batch batch = queue.take(bounds.maxInBatch(), bounds.maxBytesInBatch(), ASK_AGAIN_MILLIS);
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

    /** After a failure outside a batch. */
    void recover(Throwable unforeseen) {
        try {
            defects.log(Level.ERROR, "the writer failed unexpectedly and continues", unforeseen);
            refuseWaiting(Unavailable.Reason.WRITER_FAILED);
            queue.pause(ASK_AGAIN_MILLIS);
        } catch (Throwable again) {
            // Nothing is left to do here: the next turn of the loop tries again.
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

    /** A failure here must not change the answers, since the batch is stored. */
    private void measure(CommittedBatch batch) {
        try {
            committed.accept(batch);
        } catch (RuntimeException unforeseen) {
            defects.log(Level.ERROR, "a committed batch could not be measured", unforeseen);
        }
    }

    /**
     * The queued requests have waited for this failure too, so they are refused now; later ones are tried. With several
     * buckets, only this one's node may be away: the lane then rests for twice as long as the failure took, so that it
     * never takes more than a third of a writer's time.
     */
    private void backOff(WriteQueue.Batch batch, SqlFailure failed, long tookNanos) throws InterruptedException {
        boolean isOnly = batch.bucket().of().count() == 1;
        if (failed.isLostConnection()) {
            database.lost();
            refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
        } else if (isOnly) {
            refuseWaiting(Unavailable.Reason.DATABASE_AWAY);
            if (failed.isCanceled()) {
                // While all writers are held off, requests are refused at once until the database says that it is
                // ready.
                database.lost();
            } else {
                queue.pause(ASK_AGAIN_MILLIS);
            }
        } else {
            refuseAll(
                    queue.rest(batch.bucket(), Math.max(MIN_REST_NANOS, 2 * tookNanos)),
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
