package com.altcontext.api;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.event.Partitions;
import com.altcontext.property.Properties;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/** What the service does by itself, now and then; nothing here is on a request's way. */
@Singleton
class Housekeeping {
    private static final Logger LOG = Logger.getLogger(Housekeeping.class);

    private final DatabaseState database;
    private final Properties properties;
    private final Partitions partitions;

    Housekeeping(DatabaseState database, Properties properties, Sql sql, InstantSource clock) {
        this.database = database;
        this.properties = properties;
        this.partitions = new Partitions(sql, clock);
    }

    /** A property that an operator adds is known here so many seconds later. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void refreshProperties() {
        attempt("properties are not refreshed", properties::refresh);
    }

    @Scheduled(every = "1h", delayed = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void makePartitions() {
        attempt("coming partitions are not made", partitions::ensureComing);
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
