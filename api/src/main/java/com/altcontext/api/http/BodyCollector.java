package com.altcontext.api.http;

import com.altcontext.ingest.MemoryBudget;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Collects a request's body without blocking a thread. Its size is limited, and so is its time, because of clients that
 * send a byte a second.
 */
@Singleton
public final class BodyCollector {
    public static final int MAX_BYTES = 64 * 1024;
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    /**
     * How much all unfinished bodies may hold together: a thousand clients that each send most of a body and then
     * nothing must leave room for others. Beyond it, or if the {@link MemoryBudget} is used up, the oldest are dropped.
     */
    public static final int MAX_PENDING_BYTES = 6 << 20;

    private static final byte[] EMPTY = {};
    private static final long SWEEP_MILLIS = 1_000;

    private final Set<PendingBody> pendingBodies = ConcurrentHashMap.newKeySet();
    private final MemoryBudget bodies;

    BodyCollector(Vertx vertx, MemoryBudget memory) {
        this.bodies = memory.part(MAX_PENDING_BYTES);
        // One periodic check for all: a timer for each request would cost more than the bodies.
        vertx.setPeriodic(SWEEP_MILLIS, timer -> sweep());
    }

    /**
     * Reads the body.
     *
     * @param done gets the complete body
     * @param refuse gets the reason if it is refused
     */
    void collect(HttpServerRequest request, Consumer<byte[]> done, Consumer<Refusal> refuse) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 6 || Integer.parseInt(length) > MAX_BYTES)) {
            refuse.accept(new Refusal(Problem.PAYLOAD_TOO_LARGE));
            return;
        }
        PendingBody pending = new PendingBody(length == null ? MAX_BYTES : Integer.parseInt(length), done, refuse);
        pendingBodies.add(pending);
        request.exceptionHandler(broken -> pending.end());
        request.handler(pending::add);
        request.endHandler(end -> pending.complete());
        request.resume();
    }

    private void sweep() {
        long now = System.nanoTime();
        for (PendingBody pending : pendingBodies) {
            if (now - pending.began > TIMEOUT.toNanos()) {
                pending.tooSlow();
            }
        }
    }

    /**
     * Makes room for this many more bytes. If necessary, it drops the oldest unfinished bodies of this event loop.
     * (Those of another event loop may only be touched by its own thread.)
     */
    private boolean reserve(int bytes, PendingBody requester) {
        while (!bodies.take(bytes)) {
            Optional<PendingBody> oldest = pendingBodies.stream()
                    .filter(each -> each.thread == Thread.currentThread() && each.body.length > 0)
                    .min(Comparator.comparingLong(each -> each.began));
            if (oldest.isEmpty() || oldest.get() == requester) {
                return false;
            }
            oldest.get().fail(new Refusal(Problem.UNAVAILABLE));
        }
        return true;
    }

    /** A body that is being received. Everything but the periodic check runs on its connection's event loop. */
    private final class PendingBody {
        final long began = System.nanoTime();
        final Thread thread = Thread.currentThread();
        private final Context eventLoop = Objects.requireNonNull(Vertx.currentContext(), "a request has a context");
        private final Consumer<byte[]> done;
        private final Consumer<Refusal> refuse;
        private final int expected;
        private byte[] body = EMPTY;
        private int size;
        private boolean ended;

        /** @param expected the maximum number of bytes, as far as the client says */
        PendingBody(int expected, Consumer<byte[]> done, Consumer<Refusal> refuse) {
            this.done = done;
            this.refuse = refuse;
            this.expected = expected;
        }

        void add(Buffer part) {
            if (ended) {
                return;
            }
            if (size + part.length() > MAX_BYTES) {
                fail(new Refusal(Problem.PAYLOAD_TOO_LARGE));
                return;
            }
            if (size + part.length() > body.length && !grow(size + part.length())) {
                fail(new Refusal(Problem.UNAVAILABLE));
                return;
            }
            part.getBytes(body, size);
            size += part.length();
        }

        /**
         * Content-Length is only a claim, so memory is allocated for what has arrived. Most bodies arrive whole, with
         * their headers.
         */
        private boolean grow(int wanted) {
            int length = Math.max(wanted, Math.min(expected, 2 * body.length));
            if (!reserve(length - body.length, this)) {
                return false;
            }
            body = Arrays.copyOf(body, length);
            return true;
        }

        void complete() {
            byte[] whole = body.length == size ? body : Arrays.copyOf(body, size);
            if (end()) {
                done.accept(whole);
            }
        }

        void tooSlow() {
            eventLoop.runOnContext(
                    now -> fail(Refusal.invalid("the body must arrive within " + TIMEOUT.toSeconds() + " seconds")));
        }

        private void fail(Refusal refusal) {
            if (end()) {
                refuse.accept(refusal);
            }
        }

        /** Releases the body; false if that was done before. */
        boolean end() {
            if (ended) {
                return false;
            }
            ended = true;
            bodies.give(body.length);
            body = EMPTY;
            pendingBodies.remove(this);
            return true;
        }
    }
}
