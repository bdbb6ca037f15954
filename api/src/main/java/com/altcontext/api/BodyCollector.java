package com.altcontext.api;

import com.altcontext.value.Issue;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body, without holding a thread: bounded in size, and in time for a
 * client that sends a byte a second.
 */
final class BodyCollector {
    static final int MOST_BYTES = 64 * 1024;
    static final Duration LONGEST = Duration.ofSeconds(10);

    /**
     * What all bodies on their way may hold together: without it, a thousand clients that each send most of a body and then
     * nothing would fill the memory. Beyond it the slowest go.
     */
    static final int MOST_BYTES_UNDER_WAY = 12 << 20;

    private static final long SWEEP_MILLIS = 1_000;

    private final Set<Collection> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicInteger held = new AtomicInteger();

    BodyCollector(Vertx vertx) {
        // One sweep for all: a timer for each request would cost more than the bodies.
        vertx.setPeriodic(SWEEP_MILLIS, timer -> sweep());
    }

    /**
     * Reads the body.
     *
     * @param done gets it when it is there
     * @param refuse gets what is wrong with it otherwise
     */
    void collect(HttpServerRequest request, Consumer<byte[]> done, BiConsumer<Problem, List<Issue>> refuse) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 6 || Integer.parseInt(length) > MOST_BYTES)) {
            refuse.accept(Problem.PAYLOAD_TOO_LARGE, List.of());
            return;
        }
        Collection collection = new Collection(length == null ? 1_024 : Integer.parseInt(length), done, refuse);
        underWay.add(collection);
        request.exceptionHandler(broken -> collection.end());
        request.handler(collection::add);
        request.endHandler(end -> collection.complete());
        request.resume();
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Collection collection : underWay) {
            if (now - collection.began > LONGEST.toNanos()) {
                collection.tooSlow();
            }
        }
    }

    /** Lets the bodies go that came first and are not whole yet, of those on this event loop: nobody else may touch the others. */
    private void makeRoom() {
        while (held.get() > MOST_BYTES_UNDER_WAY) {
            Optional<Collection> slowest = underWay.stream()
                    .filter(each -> each.thread == Thread.currentThread())
                    .min(Comparator.comparingLong(each -> each.began));
            if (slowest.isEmpty()) {
                return;
            }
            slowest.get().fail(Problem.UNAVAILABLE, List.of());
        }
    }

    /** One body on its way. All but the sweep runs on its connection's event loop. */
    private final class Collection {
        final long began = System.nanoTime();
        final Thread thread = Thread.currentThread();
        private final Context eventLoop = Objects.requireNonNull(Vertx.currentContext(), "a request has a context");
        private final Consumer<byte[]> done;
        private final BiConsumer<Problem, List<Issue>> refuse;
        private final int expected;
        private @Nullable Buffer body;
        private int counted;
        private boolean over;

        Collection(int expected, Consumer<byte[]> done, BiConsumer<Problem, List<Issue>> refuse) {
            this.done = done;
            this.refuse = refuse;
            this.expected = expected;
        }

        void add(Buffer part) {
            if (over) {
                return;
            }
            if (body == null && part.length() == expected) {
                // Whole: most bodies come in one piece with their headers.
                body = part;
                return;
            }
            // A length is a claim: memory is given for what has come.
            body = body == null ? Buffer.buffer(Math.min(expected, 2 * part.length())) : body;
            if (body.length() + part.length() > MOST_BYTES) {
                fail(Problem.PAYLOAD_TOO_LARGE, List.of());
                return;
            }
            body.appendBuffer(part);
            counted += part.length();
            if (held.addAndGet(part.length()) > MOST_BYTES_UNDER_WAY) {
                makeRoom();
            }
        }

        void complete() {
            Buffer whole = body;
            if (end()) {
                done.accept(whole == null ? new byte[0] : whole.getBytes());
            }
        }

        void tooSlow() {
            eventLoop.runOnContext(now -> fail(
                    Problem.INVALID_REQUEST,
                    List.of(new Issue("", "the body must arrive within " + LONGEST.toSeconds() + " seconds"))));
        }

        private void fail(Problem problem, List<Issue> issues) {
            if (end()) {
                refuse.accept(problem, issues);
            }
        }

        /** Lets go of the body; false if that was done before. */
        boolean end() {
            if (over) {
                return false;
            }
            over = true;
            body = null;
            underWay.remove(this);
            held.addAndGet(-counted);
            return true;
        }
    }
}
