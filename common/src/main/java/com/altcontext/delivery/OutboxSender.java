package com.altcontext.delivery;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.value.LimitedLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sends the due messages of the outbox, batch by batch, until none is due. The messages of a batch are sent at the
 * same time. The next batch begins when all messages of the one before are answered or given up. No database
 * connection is held while a receiver takes its time. A message that is not accepted is sent again later.
 */
public final class OutboxSender {
    /** The size of a batch: small enough that no message waits behind a slow receiver until its lease is over. */
    public static final int MAX_IN_FLIGHT = 8;

    /** Most receivers answer within this time. */
    private static final long SOON_NANOS = Duration.ofSeconds(1).toNanos();

    /** How often a claim reads all due messages, although many of them may be of receivers that it skips. */
    private static final Duration FULL_READ_INTERVAL = Duration.ofMinutes(1);

    /** Longer than the interval: a message is due from the beginning of its transaction, but seen only after its commit. */
    private static final Duration RECENTLY = FULL_READ_INTERVAL.multipliedBy(2);

    private static final Logger LOG = System.getLogger(OutboxSender.class.getName());

    /** Limits the log lines for each error: while a receiver is down, every message to it fails, several times. */
    private final LimitedLog failed = new LimitedLog(LOG);

    private final Sql sql;
    private final Outbox.Kind kind;
    private final Duration timeout;
    private final Function<Outbox.Message, Future<Attempt>> transport;
    private final Consumer<Boolean> observer;

    /** The receivers that were skipped when a full read last found no message for the others. */
    private Set<String> skippedLast = Set.of();

    private long fullReadAt;

    /**
     * @param timeout for a batch, less than {@link Outbox#LEASE}; {@code transport} should give up on a single
     *     message sooner
     * @param transport sends a message
     * @param observer gets, for each attempt, whether the message was accepted
     */
    public OutboxSender(
            Sql sql,
            Outbox.Kind kind,
            Duration timeout,
            Function<Outbox.Message, Future<Attempt>> transport,
            Consumer<Boolean> observer) {
        this.sql = sql;
        this.kind = kind;
        this.timeout = timeout;
        this.transport = transport;
        this.observer = observer;
    }

    /**
     * Sends until no message is due. A receiver that accepts none of the messages of a batch soon gets no more in
     * this call, so that it does not delay the others. For mails the call then ends, since the mail server is their
     * only receiver: another claim would read all waiting mails for nothing.
     *
     * @throws SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        Set<String> slow = new HashSet<>();
        List<Outbox.Message> batch = claim(slow);
        while (!batch.isEmpty()) {
            Set<String> quick = send(batch);
            batch.stream()
                    .map(kind::receiver)
                    .filter(name -> !quick.contains(name))
                    .forEach(slow::add);
            batch = kind.hasOneReceiver() && !slow.isEmpty() ? List.of() : claim(slow);
        }
    }

    /**
     * Claims a batch. A dead receiver may have hundreds of thousands of due messages, and a claim reads all of them to
     * find the messages of other receivers. So once it has found none, the next claims read only the messages that
     * became due recently.
     */
    private List<Outbox.Message> claim(Set<String> skipped) {
        boolean readsRecent = !skippedLast.isEmpty()
                && skipped.containsAll(skippedLast)
                && System.nanoTime() - fullReadAt < FULL_READ_INTERVAL.toNanos();
        Duration since = readsRecent ? RECENTLY : null;
        List<Outbox.Message> claimed = sql.inTransaction(tx -> Outbox.claim(tx, kind, MAX_IN_FLIGHT, skipped, since));
        if (since == null && claimed.isEmpty()) {
            skippedLast = Set.copyOf(skipped);
            fullReadAt = System.nanoTime();
        }
        return claimed;
    }

    /** @return the receivers that accepted a message soon */
    private Set<String> send(List<Outbox.Message> batch) {
        Map<Outbox.Message, Future<Attempt>> inFlight = new LinkedHashMap<>();
        batch.forEach(message -> inFlight.put(message, send(message)));
        long began = System.nanoTime();
        // If the process ends before an acceptance is recorded, the message is sent again. So the quick answers are
        // recorded without waiting for the slow ones.
        Map<Outbox.Message, Attempt> soon = answered(inFlight, began + SOON_NANOS);
        note(soon);
        Map<Outbox.Message, Attempt> late = answered(inFlight, began + timeout.toNanos());
        inFlight.keySet().forEach(message -> late.put(message, Attempt.failed(new TimeoutException())));
        note(late);
        return soon.entrySet().stream()
                .filter(answer -> answer.getValue().isDelivered())
                .map(answer -> kind.receiver(answer.getKey()))
                .collect(Collectors.toSet());
    }

    /** If sending throws, only this message fails: the others of its batch are sent and recorded. */
    private Future<Attempt> send(Outbox.Message message) {
        try {
            return transport.apply(message);
        } catch (RuntimeException broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    /**
     * Collects the answers that arrive by this {@link System#nanoTime}, and removes their messages from {@code
     * inFlight}.
     */
    private static Map<Outbox.Message, Attempt> answered(Map<Outbox.Message, Future<Attempt>> inFlight, long by) {
        Map<Outbox.Message, Attempt> answered = new LinkedHashMap<>();
        inFlight.forEach((message, answer) -> {
            Attempt attempt = await(answer, by);
            if (attempt != null) {
                answered.put(message, attempt);
            }
        });
        inFlight.keySet().removeAll(answered.keySet());
        return answered;
    }

    private void note(Map<Outbox.Message, Attempt> attempts) {
        List<UUID> delivered = new ArrayList<>();
        List<Outbox.FailedAttempt> failures = new ArrayList<>();
        attempts.forEach((message, attempt) -> {
            observer.accept(attempt.isDelivered());
            if (attempt.isDelivered()) {
                delivered.add(message.id());
            } else {
                failed.log(
                        attempt.error(),
                        Level.WARNING,
                        kind.key() + " message " + message.id() + " (" + message.event()
                                + ") was not accepted, attempt " + message.attempt() + ": " + attempt.error());
                failures.add(new Outbox.FailedAttempt(
                        message.id(), attempt.error(), attempt.result() == Attempt.Result.REFUSED));
            }
        });
        if (!attempts.isEmpty()) {
            note(delivered, failures);
        }
    }

    private void note(List<UUID> delivered, List<Outbox.FailedAttempt> failures) {
        List<UUID> setAside = sql.inTransaction(tx -> {
            if (!delivered.isEmpty()) {
                Outbox.removeDelivered(tx, delivered);
            }
            return failures.isEmpty() ? List.<UUID>of() : Outbox.recordFailures(tx, failures);
        });
        for (UUID id : setAside) {
            LOG.log(Level.ERROR, kind.key() + " message " + id + " is set aside: it will not be tried again");
        }
    }

    /** @return null if there is no answer by the deadline */
    private static @Nullable Attempt await(Future<Attempt> answer, long deadline) {
        try {
            return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            return Attempt.failed(failed.getCause() == null ? failed : failed.getCause());
        } catch (TimeoutException late) {
            return null;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Attempt.failed(stop);
        }
    }
}
