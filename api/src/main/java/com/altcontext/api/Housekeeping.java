package com.altcontext.api;

import com.altcontext.access.AccessKeys;
import com.altcontext.api.delivery.MailSender;
import com.altcontext.api.lead.WebhookSender;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Partitions;
import com.altcontext.ingest.BucketNodes;
import com.altcontext.lead.ConsentMessages;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupRefused;
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
    private final BucketNodes nodes;
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
    /** Each running job holds the read lock. The stop takes the write lock and never releases it. */
    private final ReadWriteLock running = new ReentrantReadWriteLock();

    Housekeeping(
            DatabaseState database,
            Properties properties,
            Goals goals,
            AccessKeys keys,
            BucketNodes nodes,
            Sql sql,
            InstantSource clock,
            BacklogGauges backlog,
            WebhookSender webhook,
            MailSender mail) {
        this.database = database;
        this.properties = properties;
        this.goals = goals;
        this.keys = keys;
        this.nodes = nodes;
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
        attempt("webhook messages could not be sent", webhook::sendDue);
    }

    /**
     * Implied consent expires without any request, so a job has to notice it. The job uses the database's clock: if
     * this machine's clock is ahead, it would report an expiry too early, and a message cannot be taken back.
     */
    @Scheduled(every = "5m", delayed = "2m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void noteExpiredConsent() {
        attempt("expired consent could not be reported", () -> {
            database.measureClock();
            ConsentMessages.putExpired(sql, clock.instant().minus(database.clockSkew()));
        });
    }

    /** Separate from webhooks, so that neither waits for the other's receivers. */
    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sendMails() {
        attempt("mails could not be sent", mail::sendDue);
    }

    /** This is the longest time until a property or goal that an operator adds is known here. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshProperties() {
        attempt("properties could not be refreshed", properties::refresh);
        attempt("goals could not be refreshed", goals::refresh);
    }

    /**
     * Checks whether any key exists. Even the first key works at once; only the error for requests without a key may be
     * a minute out of date.
     */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshKeys() {
        attempt("access keys could not be checked", keys::refresh);
    }

    /** Does nothing on a single PostgreSQL. */
    @Scheduled(every = "30s", delayed = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshNodes() {
        attempt("the nodes of the cluster could not be read", nodes::refresh);
    }

    /** One success a day is enough. Until then, each run tries again. */
    @Scheduled(every = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void makePartitions() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(partitionsMadeOn)) {
            attempt("coming partitions could not be made", () -> {
                partitions.ensureComing();
                partitionsMadeOn = today;
            });
        }
    }

    /**
     * Keeps today's figures at most a few minutes old. {@code altops rollup}, which runs on a schedule, catches up on
     * what was missed. Does nothing while this machine's clock is days ahead, since future days would count as rolled
     * up.
     */
    @Scheduled(every = "5m", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshRollups() {
        if (!database.isClockDaysAhead()) {
            attempt("the latest figures could not be refreshed", rollup::refreshRecent);
        }
    }

    /** Updates the gauges, shortly after each rollup. */
    @Scheduled(every = "5m", delayed = "90s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void measureBacklog() {
        attempt("the backlog could not be measured", backlog::refresh);
    }

    /**
     * Needed after a suspension: the machine wakes with an old clock, and nothing else measures it while the database
     * is ready.
     */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void measureClock() {
        attempt("the clock could not be compared with the database's", database::measureClock);
    }

    /**
     * Waits briefly for running jobs. A job that takes longer may fail, since the connections and the container are
     * closed; it runs again after the next start.
     */
    void stop(@Observes ShutdownEvent event, Scheduler scheduler) {
        stopping = true;
        scheduler.pause();
        try {
            var _ = running.writeLock().tryLock(MAX_FINISH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(String problem, Runnable work) {
        if (!running.readLock().tryLock()) {
            return;
        }
        try {
            attemptUnlessStopping(problem, work);
        } finally {
            running.readLock().unlock();
        }
    }

    private void attemptUnlessStopping(String problem, Runnable work) {
        if (!database.isReady() || stopping) {
            return;
        }
        try {
            work.run();
        } catch (RuntimeException failed) {
            if (stopping) {
                LOG.log(Level.DEBUG, problem + ": the service is stopping");
            } else if (failed instanceof SqlFailure || failed instanceof RollupRefused) {
                failures.log(problem, Level.WARNING, problem + ": " + failed.getMessage());
            } else {
                throw failed;
            }
        }
    }
}
