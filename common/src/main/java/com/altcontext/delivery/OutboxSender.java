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
 * Sends what is due in the outbox, batch by batch until nothing is due. The messages of a batch are under way at once, and a later
 * batch never overtakes an earlier one. No connection to the database is held while a receiver takes its time. What is not
 * accepted is sent again later.
 */
public final class OutboxSender {
    /**
     * How many are claimed and sent at the same time: few enough that none waits behind a slow receiver until its lease
     * is over.
     */
    public static final int MAX_IN_FLIGHT = 8;

    /** Most receivers answer within this time. */
    private static final long SOON_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Logger LOG = System.getLogger(OutboxSender.class.getName());

    /** Limits log lines by error: if a receiver is away, every message to it fails, several times. */
    private final LimitedLog failed = new LimitedLog(LOG);

    private final Sql sql;
    private final Outbox.Kind kind;
    private final Duration timeout;
    private final Function<Outbox.Message, Future<Attempt>> receiver;
    private final Consumer<Boolean> observer;

    /**
     * @param timeout for a batch, less than {@link Outbox#LEASE}; the receiver itself should give up on a message sooner
     * @param receiver sends a message
     * @param observer is called for each message with whether it was accepted
     */
    public OutboxSender(
            Sql sql,
            Outbox.Kind kind,
            Duration timeout,
            Function<Outbox.Message, Future<Attempt>> receiver,
            Consumer<Boolean> observer) {
        this.sql = sql;
        this.kind = kind;
        this.timeout = timeout;
        this.receiver = receiver;
        this.observer = observer;
    }

    /**
     * Sends until nothing is due. A receiver that accepts nothing of a batch soon gets no more in this call, so that it does not hold
     * up the others. Of mails it is the only one: to look for others would read all that wait.
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

    private List<Outbox.Message> claim(Set<String> without) {
        return sql.inTransaction(tx -> Outbox.claim(tx, kind, MAX_IN_FLIGHT, without));
    }

    /** @return the receivers that accepted something soon */
    private Set<String> send(List<Outbox.Message> batch) {
        Map<Outbox.Message, Future<Attempt>> underWay = new LinkedHashMap<>();
        batch.forEach(message -> underWay.put(message, send(message)));
        long began = System.nanoTime();
        // If this process ends before it is noted that a message was accepted, it is sent again: do not wait for the
        // slowest.
        Map<Outbox.Message, Attempt> soon = answered(underWay, began + SOON_NANOS);
        note(soon);
        Map<Outbox.Message, Attempt> late = answered(underWay, began + timeout.toNanos());
        underWay.keySet().forEach(message -> late.put(message, Attempt.failed(new TimeoutException())));
        note(late);
        return soon.entrySet().stream()
                .filter(answer -> answer.getValue().isDelivered())
                .map(answer -> kind.receiver(answer.getKey()))
                .collect(Collectors.toSet());
    }

    /** A message that cannot be sent at all fails by itself: the others of its batch are sent, and noted. */
    private Future<Attempt> send(Outbox.Message message) {
        try {
            return receiver.apply(message);
        } catch (RuntimeException broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    /** Collects the answers that arrive before this {@link System#nanoTime}. */
    private static Map<Outbox.Message, Attempt> answered(Map<Outbox.Message, Future<Attempt>> underWay, long by) {
        Map<Outbox.Message, Attempt> answered = new LinkedHashMap<>();
        underWay.forEach((message, answer) -> {
            Attempt attempt = await(answer, by);
            if (attempt != null) {
                answered.put(message, attempt);
            }
        });
        underWay.keySet().removeAll(answered.keySet());
        return answered;
    }

    private void note(Map<Outbox.Message, Attempt> attempts) {
        List<UUID> delivered = new ArrayList<>();
        List<Outbox.Failure> failures = new ArrayList<>();
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
                failures.add(
                        new Outbox.Failure(message.id(), attempt.error(), attempt.result() == Attempt.Result.REFUSED));
            }
        });
        if (!attempts.isEmpty()) {
            note(delivered, failures);
        }
    }

    private void note(List<UUID> delivered, List<Outbox.Failure> failures) {
        List<UUID> setAside = sql.inTransaction(tx -> {
            if (!delivered.isEmpty()) {
                Outbox.delivered(tx, delivered);
            }
            return failures.isEmpty() ? List.<UUID>of() : Outbox.failed(tx, failures);
        });
        for (UUID id : setAside) {
            LOG.log(Level.ERROR, kind.key() + " message " + id + " is set aside: it will not be tried again");
        }
    }

    /** @return null if there is no answer by then */
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
