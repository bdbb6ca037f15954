package com.altcontext.api.metrics;

import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.metrics.MetricsAnswers.ReadQuestion;
import com.altcontext.metrics.EarlierWindow;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.metrics.query.Filter;
import com.altcontext.metrics.query.FilterReader;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code GET /v1/metrics/summary} and {@code /v1/metrics/breakdown}, for the operator. */
@Path("/v1/metrics")
public class MetricsResource {
    private static final int DEFAULT_ROWS = 50;

    private final MetricsAnswers answers;
    private final RequestedProperties properties;
    private final Goals goals;
    private final SummaryAnswers summaries;
    private final BreakdownAnswers breakdowns;
    private final InstantSource clock;

    MetricsResource(
            MetricsAnswers answers,
            RequestedProperties properties,
            Goals goals,
            SummaryAnswers summaries,
            BreakdownAnswers breakdowns,
            InstantSource clock) {
        this.answers = answers;
        this.properties = properties;
        this.goals = goals;
        this.summaries = summaries;
        this.breakdowns = breakdowns;
        this.clock = clock;
    }

    @GET
    @Path("summary")
    public CompletionStage<RestResponse<byte[]>> summary(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        QueryParameters query = request.query(issues);
        RequestedProperty property = properties.named(request, query.text("propertyId"), issues);
        Instant now = clock.instant();
        Window window = WindowParameters.window(query, property.zones(), now, issues);
        EarlierWindow earlier = WindowParameters.compareTo(query, issues);
        Filter filter = filter(query, property, issues);
        if (window == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues);
        }
        SummaryAnswers.SummaryQuestion question = new SummaryAnswers.SummaryQuestion(property, window, earlier, filter);
        return answers.json(
                request,
                new ReadQuestion(
                        question,
                        summaries.needsRaw(question, now),
                        () -> MetricsAnswers.withinKept(
                                WindowParameters.path(query), () -> summaries.answer(question, now))));
    }

    @GET
    @Path("breakdown")
    public CompletionStage<RestResponse<byte[]>> breakdown(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        ReadBreakdown read = read(request);
        return CsvAnswer.isRequested(request)
                ? answers.file(request, () -> CsvAnswer.of(request, answer(read)))
                : answers.json(request, new ReadQuestion(read.question, read.question.needsRaw(), () -> answer(read)));
    }

    /** @param path the request field that decides where the window begins */
    private record ReadBreakdown(BreakdownAnswers.BreakdownQuestion question, String path) {}

    private ReadBreakdown read(RequestContext request) {
        Issues issues = new Issues();
        QueryParameters query = request.query(issues);
        RequestedProperty property = properties.named(request, query.text("propertyId"), issues);
        Window window = WindowParameters.window(query, property.zones(), clock.instant(), issues);
        Filter filter = filter(query, property, issues);
        BreakdownAnswers.Axis by =
                BreakdownAnswers.Axis.read(query, property, filter, goals.of(property.slug()), issues);
        int rows = CsvAnswer.isRequested(request) ? Breakdowns.MAX_ROWS : DEFAULT_ROWS;
        int limit = query.number("limit", rows, Breakdowns.MAX_ROWS);
        boolean visitors = query.flag("visitors", true);
        if (window == null || by == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues);
        }
        return new ReadBreakdown(
                new BreakdownAnswers.BreakdownQuestion(property, window, by, filter, limit, visitors),
                WindowParameters.path(query));
    }

    private BreakdownAnswers.BreakdownAnswer answer(ReadBreakdown read) {
        return MetricsAnswers.withinKept(read.path, () -> breakdowns.answer(read.question, clock.instant()));
    }

    /** Reads the parameter {@code filters}. It is the same JSON as in the body of a query. */
    private Filter filter(QueryParameters query, RequestedProperty property, Issues issues) {
        String text = query.text("filters");
        if (text == null) {
            return Filter.none();
        }
        JsonBody.Content content = JsonBody.read(text.getBytes(StandardCharsets.UTF_8));
        content.issues()
                .list()
                .forEach(issue ->
                        issues.add(issue.path().isEmpty() ? "filters" : "filters." + issue.path(), issue.message()));
        return content.isRead()
                ? new FilterReader(issues, name -> goals.named(property.slug(), name)).filters(content.value())
                : Filter.none();
    }
}
