package com.altcontext.ingest;

import com.altcontext.db.Buckets.Bucket;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The forms that wait to be stored. As in {@link GroupCommit}, one transaction stores all forms that arrived while the
 * previous one ran; no form waits for a timer. Each bucket has a transaction of its own, so that a cluster node that is
 * away or does not answer delays only its own forms. A form that would delay others is stored alone: one whose address
 * is locked by another transaction, and each form of a batch that the database refuses.
 */
public final class CaptureQueue {
    private static final int MAX_WAITING = 128;
    private static final int MAX_AT_ONCE = 32;
    /** Bytes of heap that a waiting form needs besides the form and its request. */
    private static final int OBJECTS = 256;
    /** The payloads of one batch, in characters: they are all in memory at once while they are sent to the database. */
    private static final int MAX_PAYLOAD_AT_ONCE = 128 * 1024;

    private final Leads leads;
    private final DatabaseExecutor executor;
    private final MemoryBudget memory;
    private final Consumer<Captured> observer;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** The buckets whose forms are being stored by a thread. */
    private final Set<Bucket> storing = new HashSet<>();

    public CaptureQueue(Leads leads, DatabaseExecutor executor, MemoryBudget memory, Consumer<Captured> observer) {
        this.leads = leads;
        this.executor = executor;
        this.memory = memory;
        this.observer = observer;
    }

    private record Waiting(
            Executor eventLoop,
            Bucket bucket,
            Capture capture,
            CompletableFuture<Captured> answer,
            MemoryBudget.Reservation memory) {
        void fail(Throwable failure) {
            eventLoop.execute(() -> {
                memory.release();
                answer.completeExceptionally(failure);
            });
        }
    }

    /**
     * Stores the form.
     *
     * @param weight bytes of heap that the request holds while it waits
     * @param eventLoop the request's event loop
     * @return completes on the event loop, after the commit
     * @throws Unavailable if the database is away, too many forms wait, the memory budget is used up, or the service stops
     */
    public CompletionStage<Captured> submit(Capture capture, int weight, Executor eventLoop) {
        if (executor.isStopped()) {
            throw new Unavailable(Unavailable.Reason.STOPPING);
        }
        MemoryBudget.Reservation reserved = memory.reserve(OBJECTS + weight + capture.weight());
        CompletableFuture<Captured> answer = new CompletableFuture<>();
        Bucket bucket = executor.buckets().of(capture.visitor().id());
        synchronized (waiting) {
            if (waiting.size() == MAX_WAITING) {
                reserved.release();
                throw new Unavailable(Unavailable.Reason.QUEUE_FULL);
            }
            waiting.add(new Waiting(eventLoop, bucket, capture, answer, reserved));
            if (!storing.add(bucket)) {
                return answer;
            }
        }
        try {
            executor.execute(() -> storeAll(bucket));
        } catch (RuntimeException | Error failed) {
            failAll(bucket, failed);
        }
        return answer;
    }

    private void storeAll(Bucket bucket) {
        for (List<Waiting> batch = next(bucket); !batch.isEmpty(); batch = next(bucket)) {
            try {
                store(batch);
            } catch (RuntimeException | Error unforeseen) {
                // The loop must go on, since no other thread stores the waiting forms.
                batch.forEach(one -> one.fail(unforeseen));
            }
        }
    }

    private void failAll(Bucket bucket, Throwable failure) {
        for (List<Waiting> batch = next(bucket); !batch.isEmpty(); batch = next(bucket)) {
            batch.forEach(one -> one.fail(failure));
        }
    }

    /**
     * Takes the first waiting forms of the bucket, at most one for each address. If none waits, the next form of the
     * bucket starts a thread again.
     */
    private List<Waiting> next(Bucket bucket) {
        List<Waiting> batch = new ArrayList<>();
        Set<Email> addresses = new HashSet<>();
        int payload = 0;
        synchronized (waiting) {
            Iterator<Waiting> all = waiting.iterator();
            while (all.hasNext() && batch.size() < MAX_AT_ONCE && payload < MAX_PAYLOAD_AT_ONCE) {
                Waiting one = all.next();
                if (one.bucket.equals(bucket)
                        && addresses.add(one.capture.form().email())) {
                    String brought = one.capture.form().payload();
                    payload += brought == null ? 0 : brought.length();
                    batch.add(one);
                    all.remove();
                }
            }
            if (batch.isEmpty()) {
                storing.remove(bucket);
            }
        }
        return batch;
    }

    private void store(List<Waiting> batch) {
        List<Capture> captures = batch.stream().map(Waiting::capture).toList();
        List<Optional<Captured>> captured;
        try {
            captured = executor.attempt(() -> leads.captureUnlocked(captures));
        } catch (Unavailable away) {
            batch.forEach(one -> one.fail(away));
            // The forms behind this batch would have to wait as long again, and their senders do not wait that long.
            failAll(batch.getFirst().bucket, away);
            return;
        } catch (RuntimeException ofOne) {
            batch.forEach(this::storeAlone);
            return;
        }
        List<Waiting> locked = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Waiting one = batch.get(i);
            captured.get(i).ifPresentOrElse(stored -> answer(one, stored), () -> locked.add(one));
        }
        locked.forEach(this::storeAlone);
    }

    private void storeAlone(Waiting one) {
        Runnable work = () -> {
            try {
                answer(one, executor.attempt(() -> leads.capture(one.capture)));
            } catch (RuntimeException | Error failure) {
                one.fail(failure);
            }
        };
        try {
            executor.execute(work);
        } catch (Unavailable refused) {
            if (refused.reason() == Unavailable.Reason.STOPPING) {
                // The form was accepted before the stop, which waits for this thread, so it is stored here.
                work.run();
            } else {
                one.fail(refused);
            }
        }
    }

    private void answer(Waiting one, Captured captured) {
        observer.accept(captured);
        one.eventLoop.execute(() -> {
            one.memory.release();
            one.answer.complete(captured);
        });
    }
}
