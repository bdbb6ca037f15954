package com.altcontext.api;

import com.altcontext.db.DatabaseState;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Readiness on the management port: whether events can be stored at this moment, other than {@code /v1/healthz}. */
@Readiness
@Singleton
class DatabaseReadiness implements HealthCheck {
    private final DatabaseState database;

    DatabaseReadiness(DatabaseState database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("database")
                .status(database.isReady())
                .withData("state", database.status().name().toLowerCase(Locale.ROOT))
                .build();
    }
}
