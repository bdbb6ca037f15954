package com.altcontext.api.metrics;

import com.altcontext.api.http.Callers;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.Sql;
import com.altcontext.db.SqlFailure;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.GoalStore;
import com.altcontext.metrics.goal.GoalStore.Addition;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /v1/goals}: adds a goal to a property, like {@code altops goal add}. It changes the figures that everyone
 * sees, so the key must have every scope.
 */
@Path("/v1/goals")
public class GoalResource {
    /** Less than 60 seconds, after which proxies close an idle connection. */
    private static final Duration TIMEOUT = Duration.ofSeconds(45);

    private static final int MAX_LENGTH = 2048;

    private final Rollup rollup;
    private final RequestedProperties properties;
    private final Goals goals;
    private final Callers callers;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    GoalResource(
            Sql sql,
            RequestedProperties properties,
            Goals goals,
            Callers callers,
            DatabaseExecutors executors,
            InstantSource clock) {
        this.rollup = new Rollup(sql.withTimeout(TIMEOUT), clock);
        this.properties = properties;
        this.goals = goals;
        this.callers = callers;
        this.executors = executors;
        this.clock = clock;
    }

    /** @param days the number of days with raw events on which the goal was counted */
    public record GoalBody(boolean ok, String propertyId, String name, int days) {}

    @POST
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<GoalBody> add(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        JsonBody.Content body = request.json();
        Fields fields = body.fields();
        Issues issues = body.issues();
        RequestedProperty requested =
                properties.named(request, fields.optionalText("propertyId", 1, MAX_LENGTH), issues);
        if (requested.slug() == null) {
            issues.add("propertyId", "is required, since a goal belongs to one property");
        }
        // Goal.of checks the exact lengths.
        String name = fields.text("name", 0, MAX_LENGTH);
        String path = fields.optionalText("path", 1, MAX_LENGTH);
        String event = fields.optionalText("event", 0, MAX_LENGTH);
        String prop = fields.optionalText("prop", 1, MAX_LENGTH);
        if (requested.slug() == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues);
        }
        String property = requested.slug();
        Goal goal = Goal.of(name, path, event, prop);
        Caller caller = callers.of(request);
        Instant now = clock.instant();
        return request.submit(executors.operator(), () -> {
                    Addition addition = rollup.addGoal(
                            property,
                            goal,
                            tx -> AuditLog.add(tx, caller, AuditLog.Entry.of("goal_added", property, 1), now));
                    refreshGoals();
                    return addition;
                })
                .thenApply(addition -> new GoalBody(true, property, goal.name(), daysOf(addition)));
    }

    private void refreshGoals() {
        try {
            goals.refresh();
        } catch (SqlFailure away) {
            // The goal is stored; the next regular refresh finds it.
        }
    }

    /** @throws Rejected if the goal was not added */
    private static int daysOf(Addition addition) {
        return switch (addition) {
            case Addition.Added added -> added.days();
            case Addition.NameTaken _ -> throw Rejected.of("name", "is the name of another goal of the property");
            case Addition.UnknownProperty _ -> throw Rejected.of("propertyId", "is not a known property");
            case Addition.TooMany _ ->
                throw Rejected.of("propertyId", "has " + GoalStore.MAX_GOALS + " goals already, which is the maximum");
        };
    }
}
