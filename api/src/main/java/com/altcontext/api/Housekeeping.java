package com.altcontext.api;

import com.altcontext.access.AccessKeys;
import com.altcontext.api.delivery.MailSender;
import com.altcontext.api.lead.WebhookSender;
import com.altcontext.api.metrics.BacklogGauges;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Partitions;
import com.altcontext.lead.ConsentMessages;
import com.altcontext.metrics.Goals;
import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupRefused;
import com.altcontext.property.Properties;
import com.altcontext.value.LimitedLog;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** The service's periodic jobs. No request waits for them. */
@Singleton
class Housekeeping {
    private static final Logger LOG = System.getLogger(Housekeeping.class.getName());
    private static final Duration ROLLUP_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration MOVE_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration MAX_FINISH = Duration.ofMillis(500);

    private final DatabaseState database;
    private final Properties properties;
    private final Goals goals;
    private final AccessKeys keys;
    private final Sql sql;
    private final Partitions partitions;
    private final Rollup rollup;
    private final BacklogGauges backlog;
    private final WebhookSender webhook;
    private final MailSender mail;
    private final InstantSource clock;
    /** Limits log lines by job: some run every two seconds. */
    private final LimitedLog failures = new LimitedLog(LOG);

    private volatile @Nullable LocalDate partitionsMadeOn;
    private volatile boolean stopping;
    /** Each running job holds it for reading; the stop holds it for writing, permanently. */
    private final ReadWriteLock running = new ReentrantReadWriteLock();

    Housekeeping(
            DatabaseState database,
            Properties properties,
            Goals goals,
            AccessKeys keys,
            Sql sql,
            InstantSource clock,
            BacklogGauges backlog,
            WebhookSender webhook,
            MailSender mail) {
        this.database = database;
        this.properties = properties;
        this.goals = goals;
        this.keys = keys;
        this.sql = sql;
        this.partitions = new Partitions(sql.withTimeout(MOVE_TIMEOUT), clock);
        this.rollup = new Rollup(sql.withTimeout(ROLLUP_TIMEOUT), clock);
        this.backlog = backlog;
        this.webhook = webhook;
        this.mail = mail;
        this.clock = clock;
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sendWebhooks() {
        attempt("webhook messages wait to be sent", webhook::sendDue);
    }

    /**
     * Implied consent expires without any request, so a job has to notice. It goes by the database's clock: what this machine's clock
     * says too early could not be taken back.
     */
    @Scheduled(every = "5m", delayed = "2m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void noteExpiredConsent() {
        attempt("the end of consent is not passed on", () -> {
            database.measureClock();
            ConsentMessages.putExpired(sql, clock.instant().minus(database.clockSkew()));
        });
    }

    /** Separate from webhooks, so that neither waits for the other's receivers. */
    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sendMails() {
        attempt("mails wait to be sent", mail::sendDue);
    }

    /** A property or goal that an operator adds is known here at most this many seconds later. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshProperties() {
        attempt("properties are not refreshed", properties::refresh);
        attempt("goals are not refreshed", goals::refresh);
    }

    /** The first key works at once; only the answer to requests without a key can be this old. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshKeys() {
        attempt("access keys are not looked for", keys::refresh);
    }

    /** Once a day is enough; until it has succeeded, it is retried each time. */
    @Scheduled(every = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void makePartitions() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(partitionsMadeOn)) {
            attempt("coming partitions are not made", () -> {
                partitions.ensureComing();
                partitionsMadeOn = today;
            });
        }
    }

    /**
     * Keeps the figures of today a few minutes old at most. {@code altops rollup}, once a day, makes up for what was missed. By a
     * clock that is days ahead, days to come would count as rolled up.
     */
    @Scheduled(every = "5m", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshRollups() {
        if (!database.isClockDaysAhead()) {
            attempt("the latest figures are not refreshed", rollup::refreshRecent);
        }
    }

    /** Updates the gauges, some time after a rollup. */
    @Scheduled(every = "5m", delayed = "90s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void measureBacklog() {
        attempt("the backlog is not measured", backlog::refresh);
    }

    /** After a suspension, a machine wakes with an old clock and makes no new connection. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void measureClock() {
        attempt("the clock is not compared with the database's", database::measureClock);
    }

    /**
     * Waits a moment for running jobs. One that takes longer may find the connections and the container gone; the next
     * start makes up for it.
     */
    void stop(@Observes ShutdownEvent event, Scheduler scheduler) {
        stopping = true;
        scheduler.pause();
        try {
            var _ = running.writeLock().tryLock(MAX_FINISH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(String otherwise, Runnable work) {
        if (!running.readLock().tryLock()) {
            return;
        }
        try {
            attemptUnlessStopping(otherwise, work);
        } finally {
            running.readLock().unlock();
        }
    }

    private void attemptUnlessStopping(String otherwise, Runnable work) {
        if (!database.isReady() || stopping) {
            return;
        }
        try {
            work.run();
        } catch (RuntimeException failed) {
            if (stopping) {
                LOG.log(Level.DEBUG, otherwise + ": the service stops");
            } else if (failed instanceof SqlFailure || failed instanceof RollupRefused) {
                failures.log(otherwise, Level.WARNING, otherwise + ": " + failed.getMessage());
            } else {
                throw failed;
            }
        }
    }
}
