package com.altcontext.delivery;

import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Sends what is due in the outbox, batch by batch until nothing is due. The messages of a batch are under way at once, and a later
 * batch never overtakes an earlier one. No connection to the database is held while a receiver takes its time. Whatever is not
 * answered with a success is sent again later.
 */
public final class OutboxSender {
    /** So many are claimed at once and sent at once: none waits behind others at a slow receiver until its lease is over. */
    public static final int MAX_IN_FLIGHT = 8;

    /** For one message. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final String DELIVERED = "delivered";
    private static final Logger LOG = System.getLogger(OutboxSender.class.getName());

    private final Sql sql;
    private final Function<Outbox.Message, Future<Integer>> post;
    private final Consumer<Boolean> observer;

    /**
     * @param post sends a message, and gets the status of the answer (RFC 9110)
     * @param observer gets of each message whether it was taken
     */
    public OutboxSender(Sql sql, Function<Outbox.Message, Future<Integer>> post, Consumer<Boolean> observer) {
        this.sql = sql;
        this.post = post;
        this.observer = observer;
    }

    /**
     * Sends until nothing is due or the receiver takes nothing: then the rest waits for the next call.
     *
     * @throws SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        List<Outbox.Message> batch = claim();
        while (!batch.isEmpty() && pass(batch)) {
            batch = claim();
        }
    }

    private List<Outbox.Message> claim() {
        return sql.inTransaction(tx -> Outbox.claim(tx, MAX_IN_FLIGHT));
    }

    /** @return whether the receiver took any of them */
    private boolean pass(List<Outbox.Message> batch) {
        Map<Outbox.Message, Future<Integer>> answers = new LinkedHashMap<>();
        batch.forEach(message -> answers.put(message, post.apply(message)));
        long deadline = System.nanoTime() + 2 * TIMEOUT.toNanos();
        List<UUID> taken = new ArrayList<>();
        answers.forEach((message, answer) -> {
            String outcome = outcome(answer, deadline);
            observer.accept(outcome.equals(DELIVERED));
            if (outcome.equals(DELIVERED)) {
                taken.add(message.id());
            } else {
                LOG.log(
                        Level.WARNING,
                        "the webhook did not take lead message " + message.id() + ", try " + message.attempt() + ": "
                                + outcome);
            }
        });
        if (!taken.isEmpty()) {
            sql.inTransaction(tx -> {
                Outbox.delivered(tx, taken);
                return true;
            });
        }
        return !taken.isEmpty();
    }

    private static String outcome(Future<Integer> answer, long deadline) {
        try {
            int status = answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            return status / 100 == 2 ? DELIVERED : "answered " + status;
        } catch (ExecutionException | TimeoutException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            // Its message may name the address of the receiver, which may hold a secret.
            return "failed: " + cause.getClass().getSimpleName();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
