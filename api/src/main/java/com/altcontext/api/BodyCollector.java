package com.altcontext.api;

import com.altcontext.value.Issue;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final long SWEEP_MILLIS = 1_000;

    private final Set<Collection> underWay = ConcurrentHashMap.newKeySet();

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
        request.exceptionHandler(broken -> underWay.remove(collection));
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

    /** One body on its way. All but the sweep runs on its connection's event loop. */
    private final class Collection {
        final long began = System.nanoTime();
        private final Context eventLoop = Objects.requireNonNull(Vertx.currentContext(), "a request has a context");
        private final Consumer<byte[]> done;
        private final BiConsumer<Problem, List<Issue>> refuse;
        private final int expected;
        private @Nullable Buffer body;
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
            body = body == null ? Buffer.buffer(expected) : body;
            if (body.length() + part.length() > MOST_BYTES) {
                fail(Problem.PAYLOAD_TOO_LARGE, List.of());
            } else {
                body.appendBuffer(part);
            }
        }

        void complete() {
            if (!over) {
                over = true;
                underWay.remove(this);
                done.accept(body == null ? new byte[0] : body.getBytes());
            }
        }

        void tooSlow() {
            eventLoop.runOnContext(now -> fail(
                    Problem.INVALID_REQUEST,
                    List.of(new Issue("", "the body must arrive within " + LONGEST.toSeconds() + " seconds"))));
        }

        private void fail(Problem problem, List<Issue> issues) {
            if (!over) {
                over = true;
                underWay.remove(this);
                refuse.accept(problem, issues);
            }
        }
    }
}
