package com.altcontext.api;

import com.altcontext.value.Issue;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Collects a request's body before its resource runs, without holding a thread: bounded in size, and in time for a
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

    /** Goes on with the next handler when the body is there; else says what is wrong with it. */
    void collect(RoutingContext context, BiConsumer<Problem, List<Issue>> refuse) {
        HttpServerRequest request = context.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 6 || Integer.parseInt(length) > MOST_BYTES)) {
            refuse.accept(Problem.PAYLOAD_TOO_LARGE, List.of());
            return;
        }
        Collection collection = new Collection(context, refuse, length == null ? 1_024 : Integer.parseInt(length));
        underWay.add(collection);
        request.exceptionHandler(broken -> underWay.remove(collection));
        request.handler(collection::add);
        request.endHandler(end -> collection.complete());
        request.resume();
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Collection collection : underWay) {
            if (now - collection.began > LONGEST.toNanos() && underWay.remove(collection)) {
                collection.tooSlow();
            }
        }
    }

    /** One body on its way. All but the sweep runs on its connection's event loop. */
    private final class Collection {
        final RoutingContext context;
        final long began = System.nanoTime();
        private final io.vertx.core.Context eventLoop = Vertx.currentContext();
        private final BiConsumer<Problem, List<Issue>> refuse;
        private final Buffer body;
        private boolean over;

        Collection(RoutingContext context, BiConsumer<Problem, List<Issue>> refuse, int expected) {
            this.context = context;
            this.refuse = refuse;
            this.body = Buffer.buffer(expected);
        }

        void add(Buffer part) {
            if (over) {
                return;
            }
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
                ((RoutingContextInternal) context).setBody(body);
                context.next();
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
