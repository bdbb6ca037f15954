package com.altcontext.api;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Partitions;
import com.altcontext.property.Properties;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the service does by itself, now and then; nothing here is on a request's way. */
@Singleton
class Housekeeping {
    private static final Logger LOG = Logger.getLogger(Housekeeping.class);

    private final DatabaseState database;
    private final Properties properties;
    private final Partitions partitions;
    private final InstantSource clock;
    private volatile @Nullable LocalDate partitionsMadeOn;

    Housekeeping(DatabaseState database, Properties properties, Sql sql, InstantSource clock) {
        this.database = database;
        this.properties = properties;
        this.partitions = new Partitions(sql, clock);
        this.clock = clock;
    }

    /** A property that an operator adds is known here so many seconds later. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshProperties() {
        attempt("properties are not refreshed", properties::refresh);
    }

    /** Once a day is enough; until it has worked, it is tried again every time. */
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

    private void attempt(String otherwise, Runnable work) {
        if (!database.isReady()) {
            return;
        }
        try {
            work.run();
        } catch (SqlFailure failed) {
            LOG.warnf("%s: %s", otherwise, failed.getMessage());
        }
    }
}
