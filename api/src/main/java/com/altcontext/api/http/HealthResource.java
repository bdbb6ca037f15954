package com.altcontext.api.http;

import com.altcontext.db.DatabaseState;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code GET /v1/healthz}: whether this process can get traffic. It is healthy once it has seen its database with the
 * right schema, and the check only reads memory. If the database is lost later, writes get 503, but the process stays
 * healthy: otherwise the platform would stop routing to all machines at once.
 */
@Path("/v1/healthz")
@NonBlocking
public class HealthResource {
    private static final String HEALTHY = "{\"ok\":true}";

    private final DatabaseState database;

    HealthResource(DatabaseState database) {
        this.database = database;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public RestResponse<String> get() {
        if (database.wasReady()) {
            return RestResponse.ok(HEALTHY);
        }
        String why = database.status().name().toLowerCase(Locale.ROOT);
        return RestResponse.ResponseBuilder.<String>create(RestResponse.Status.SERVICE_UNAVAILABLE)
                .entity(Problem.json(why))
                .header("Retry-After", 1)
                .build();
    }
}
