package com.altcontext.api.metrics;

import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.metrics.MetricsAnswers.ReadQuestion;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.FilterReader;
import com.altcontext.metrics.query.Funnel;
import com.altcontext.metrics.query.FunnelReader;
import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.LeadBreakdowns;
import com.altcontext.metrics.query.MetricsQuery;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.QueryMetric;
import com.altcontext.metrics.query.QueryReader;
import com.altcontext.metrics.query.QueryRow;
import com.altcontext.metrics.query.RawRowsGone;
import com.altcontext.metrics.query.Realtime;
import com.altcontext.metrics.query.RolledRows;
import com.altcontext.metrics.query.Touch;
import com.altcontext.metrics.summary.RolledWindow;
import com.altcontext.metrics.summary.Summaries;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code POST /v1/metrics/query} and {@code /v1/metrics/funnel}, and {@code GET /v1/metrics/realtime}: queries over raw
 * rows.
 */
@Path("/v1/metrics")
public class QueryResource {
    private static final String DATES = "dateRange";
    private static final int DEFAULT_ROWS = 100;
    private static final int MAX_ROWS = 1_000;
    private static final int MAX_OFFSET = 100_000;

    private final MetricsAnswers answers;
    private final RequestedProperties properties;
    private final Goals goals;
    private final QueryEngine engine;
    private final Summaries summaries;
    private final InstantSource clock;

    QueryResource(
            MetricsAnswers answers,
            RequestedProperties properties,
            Goals goals,
            QueryEngine engine,
            Summaries summaries,
            InstantSource clock) {
        this.answers = answers;
        this.properties = properties;
        this.goals = goals;
        this.engine = engine;
        this.summaries = summaries;
        this.clock = clock;
    }

    @POST
    @Path("query")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public CompletionStage<RestResponse<byte[]>> query(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        QuestionBody body = new QuestionBody(request);
        if (CsvAnswer.isRequested(request)) {
            QueryQuestion question = query(body, CsvAnswer.DEFAULT_ROWS, CsvAnswer.MAX_ROWS);
            return answers.file(
                    request,
                    () -> MetricsAnswers.withinKept(
                            DATES,
                            () -> CsvAnswer.of(request, question.query, row -> each(body.property, question, row))));
        }
        QueryQuestion question = query(body, DEFAULT_ROWS, MAX_ROWS);
        return answers.json(
                request,
                new ReadQuestion(
                        question, true, () -> MetricsAnswers.withinKept(DATES, () -> answer(body.property, question))));
    }

    private QueryBody answer(RequestedProperty property, QueryQuestion question) {
        MetricsQuery query = question.query;
        try {
            return QueryBody.of(question.window, query, engine.answer(query), clock.instant());
        } catch (RawRowsGone gone) {
            RolledWindow window = rolled(property, question, gone);
            return QueryBody.of(
                    question.window,
                    query,
                    RolledRows.of(query, window),
                    window.summary().freshness());
        }
    }

    /** Passes on the rows of an answer, one by one. */
    private void each(RequestedProperty property, QueryQuestion question, Consumer<QueryRow> consumer) {
        try {
            engine.each(question.query, consumer);
        } catch (RawRowsGone gone) {
            RolledRows.of(question.query, rolled(property, question, gone))
                    .rows()
                    .forEach(consumer);
        }
    }

    private RolledWindow rolled(RequestedProperty property, QueryQuestion question, RawRowsGone gone) {
        if (!RolledRows.canAnswer(question.query)) {
            throw gone;
        }
        return summaries.withDays(
                question.window, property.slug(), property.zones().latestToday(clock.instant()));
    }

    private QueryQuestion query(QuestionBody body, int defaultRows, int maxRows) {
        Issues issues = body.issues;
        QueryReader reader = new QueryReader(body.fields, issues);
        Window window = reader.dateRange(body.property.zones(), clock.instant());
        List<QueryMetric> metrics = reader.metrics();
        List<Grouping> groupings =
                reader.groupings(body.property.slug() == null ? null : goals.of(body.property.slug()));
        List<MetricsQuery.Order> order = reader.order(metrics, groupings);
        Filter filter = body.filter();
        if (groupings.stream().anyMatch(Grouping.ByLead.class::isInstance)) {
            LeadBreakdowns.requireKnown(filter, issues);
        }
        Touch touch = reader.touch();
        int limit = reader.number("limit", defaultRows, 1, maxRows);
        int offset = reader.number("offset", 0, 0, MAX_OFFSET);
        if (window == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues);
        }
        MetricsQuery query = new MetricsQuery(
                body.property.zones().windows(window), metrics, groupings, filter, order, limit, offset);
        boolean byTimeOnly = groupings.stream().allMatch(Grouping.Time.class::isInstance);
        long dimensions = groupings.stream().filter(Grouping::isByValue).count();
        long minVisitors = byTimeOnly ? 0 : body.property.minVisitors(filter, dimensions);
        return new QueryQuestion(window, query.by(touch).withoutRareGroups(minVisitors));
    }

    private record QueryQuestion(Window window, MetricsQuery query) {}

    private record FunnelQuestion(Window window, Funnel funnel) {}

    private record RealtimeQuestion(RequestedProperty property) {}

    /** The body of a query or funnel, and the issues that were found in it so far. */
    private final class QuestionBody {
        private final Issues issues;
        private final Fields fields;
        private final RequestedProperty property;

        QuestionBody(RequestContext request) {
            JsonBody.Content content = request.json();
            this.issues = content.issues();
            this.fields = content.fields();
            Object slug = fields.value("propertyId");
            if (slug != null && !(slug instanceof String)) {
                issues.add("propertyId", "must be a string");
            }
            this.property = properties.named(request, slug instanceof String text ? text : null, issues);
        }

        Filter filter() {
            return new FilterReader(issues, name -> goals.named(property.slug(), name))
                    .filters(fields.value("filters"));
        }
    }

    @POST
    @Path("funnel")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public CompletionStage<RestResponse<byte[]>> funnel(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        QuestionBody body = new QuestionBody(request);
        Issues issues = body.issues;
        Window window = new QueryReader(body.fields, issues).dateRange(body.property.zones(), clock.instant());
        List<Goal> steps = FunnelReader.steps(body.fields, issues);
        Filter filter = body.filter();
        if (window == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues);
        }
        Funnel funnel = new Funnel(body.property.zones().windows(window), steps, filter);
        return answers.json(
                request,
                new ReadQuestion(
                        new FunnelQuestion(window, funnel),
                        true,
                        () -> FunnelBody.of(
                                window,
                                funnel,
                                MetricsAnswers.withinKept(DATES, () -> engine.answer(funnel)),
                                clock.instant())));
    }

    @GET
    @Path("realtime")
    public CompletionStage<RestResponse<byte[]>> realtime(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        RequestedProperty property =
                properties.named(request, request.query(issues).text("propertyId"), issues);
        issues.throwIfAny();
        return answers.json(request, new ReadQuestion(new RealtimeQuestion(property), true, () -> {
            Instant now = clock.instant();
            return RealtimeBody.of(Realtime.read(engine, property.zones(), now), now);
        }));
    }
}
