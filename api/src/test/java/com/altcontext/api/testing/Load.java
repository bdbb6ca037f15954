package com.altcontext.api.testing;

import com.altcontext.testing.TestEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that each send one event after the other, and each event once. The answers are kept. A client stops sending
 * when a request gets no complete answer.
 */
public final class Load {
    private static final int EVENTS_OF_A_VISITOR = 10;
    private static final int ACCEPTED = 202;
    private static final int UNAVAILABLE = 503;

    /** The path of each acknowledged event, and the id that the answer gave it. */
    public final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    /** Events that got no answer and may or may not be stored, by their paths. */
    public final Map<String, ObjectNode> unanswered = new ConcurrentHashMap<>();
    /** Answers that are neither 202 nor a proper 503. */
    public final Queue<String> strange = new ConcurrentLinkedQueue<>();

    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> running = new ArrayList<>();
    private final PackagedService service;

    private Load(PackagedService service) {
        this.service = service;
    }

    public static Load of(int clients, PackagedService service) {
        Load load = new Load(service);
        for (int i = 0; i < clients; i++) {
            load.running.add(load.clients.submit(load::send));
        }
        return load;
    }

    /** An event with a path of its own. */
    public static ObjectNode event(String anonId) {
        UUID id = UUID.randomUUID();
        return TestEvent.body(anonId)
                .put("path", "/" + id)
                .put("eventId", id.toString())
                .put("timestamp", Instant.now().toString());
    }

    public void awaitAcknowledged(int more) {
        int wanted = acknowledged.size() + more;
        StoredRows.await(() -> acknowledged.size() >= wanted, true);
    }

    public void awaitRefused(int more) {
        int wanted = refused.get() + more;
        StoredRows.await(() -> refused.get() >= wanted, true);
    }

    /** Lets every client finish its current request. */
    public void stop() throws InterruptedException, ExecutionException {
        enough.set(true);
        for (Future<?> client : running) {
            client.get();
        }
        clients.close();
    }

    private void send() {
        String visitor = "";
        for (int i = 0; !enough.get(); i++) {
            if (i % EVENTS_OF_A_VISITOR == 0) {
                visitor = "visitor-" + UUID.randomUUID();
            }
            ObjectNode event = event(visitor);
            String path = event.path("path").asText();
            try {
                note(path, service.post(event));
            } catch (IOException cutOff) {
                unanswered.put(path, event);
                return;
            }
        }
    }

    private void note(String path, Call.Answer answer) {
        if (answer.status() == ACCEPTED && "stored".equals(answer.header("x-outcome"))) {
            acknowledged.put(path, answer.field("eventId"));
        } else if (answer.status() == UNAVAILABLE
                && answer.header("retry-after") != null
                && answer.text().equals("{\"ok\":false,\"error\":\"unavailable\"}")) {
            refused.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5)); // a refused client waits a moment
        } else {
            strange.add(answer.status() + " " + answer.headers().map() + " " + answer.text());
        }
    }
}
