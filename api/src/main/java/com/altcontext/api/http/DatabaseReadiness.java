package com.altcontext.api.http;

import com.altcontext.db.DatabaseState;
import com.altcontext.ingest.GroupCommit;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Readiness on the management port. Unlike {@code /v1/healthz}, it says whether events can be stored at this moment. It
 * is also down if the database answers, but the writer has not committed anything for some time although events come
 * in.
 */
@Readiness
@Singleton
class DatabaseReadiness implements HealthCheck {
    private static final Duration MAX_UNCOMMITTED = Duration.ofSeconds(30);

    private final DatabaseState database;
    private final GroupCommit groupCommit;

    DatabaseReadiness(DatabaseState database, GroupCommit groupCommit) {
        this.database = database;
        this.groupCommit = groupCommit;
    }

    @Override
    public HealthCheckResponse call() {
        Duration uncommitted = groupCommit.uncommittedFor();
        return HealthCheckResponse.named("database")
                .status(database.isReady() && groupCommit.isRunning() && uncommitted.compareTo(MAX_UNCOMMITTED) < 0)
                .withData("state", database.status().name().toLowerCase(Locale.ROOT))
                .withData("writer", groupCommit.isRunning() ? "running" : "stopped")
                .withData("uncommittedSeconds", uncommitted.toSeconds())
                .build();
    }
}
