package com.altcontext.api.metrics;

import com.altcontext.access.Scope;
import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.RateLimited;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.RequiresScope;
import com.altcontext.client.Limit;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.metrics.Breakdowns;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Summaries;
import com.altcontext.metrics.Window;
import com.altcontext.property.Property;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import com.altcontext.value.Rejected;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/metrics/summary} and {@code /v1/metrics/breakdown}, for the operator. An answer is kept for some seconds, and
 * says itself when it was made.
 */
@Path("/v1/metrics")
public class MetricsResource {
    private static final int DEFAULT_WINDOW = 7;
    private static final int DEFAULT_ROWS = 50;
    /** A summary of a year has 40 KB; a breakdown of the longest paths has 2 MB. */
    private static final int MAX_CACHED_BYTES = 8 << 20;

    private final Summaries summaries;
    private final Breakdowns breakdowns;
    private final RequestAttribution attribution;
    private final @Nullable String defaultProperty;
    private final DatabaseExecutors executors;
    private final ObjectMapper json;
    private final InstantSource clock;
    private final Cache<Question, byte[]> answers;

    MetricsResource(
            Summaries summaries,
            Breakdowns breakdowns,
            RequestAttribution attribution,
            AppConfig config,
            DatabaseExecutors executors,
            ObjectMapper json,
            InstantSource clock) {
        this.summaries = summaries;
        this.breakdowns = breakdowns;
        this.attribution = attribution;
        this.defaultProperty = config.metrics().defaultProperty().orElse(null);
        this.executors = executors;
        this.json = json;
        this.clock = clock;
        this.answers = cache(config.metrics());
    }

    /** Bounded by the number of answers and by their bytes: one weighs no less than its share of the number. */
    private static Cache<Question, byte[]> cache(AppConfig.Metrics config) {
        int entries = config.cacheMaxEntries();
        int minWeight = entries == 0 ? 1 : MAX_CACHED_BYTES / entries;
        return Caffeine.newBuilder()
                .maximumWeight((long) entries * minWeight)
                .<Question, byte[]>weigher((question, answer) -> Math.max(minWeight, answer.length))
                .expireAfterWrite(config.cacheTtl())
                .build();
    }

    /** @param dimension null for a summary */
    private record Question(
            Window window,
            boolean compare,
            @Nullable String property,
            @Nullable Dimension dimension,
            int limit) {}

    @GET
    @Path("summary")
    @RequiresScope(value = Scope.FIGURES_READ, session = true)
    @RateLimited(value = Limit.METRICS, signedIn = Limit.DASHBOARD)
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<byte[]> summary(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        QueryParameters query = request.query(issues);
        Window window = window(query, issues);
        boolean compare = query.flag("compareTo");
        String property = property(query, issues);
        if (window == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues, Property.DEFAULT);
        }
        return answer(
                request,
                new Question(window, compare, property, null, 0),
                () -> SummaryBody.of(summaries.of(window, compare, property)));
    }

    @GET
    @Path("breakdown")
    @RequiresScope(value = Scope.FIGURES_READ, session = true)
    @RateLimited(value = Limit.METRICS, signedIn = Limit.DASHBOARD)
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<byte[]> breakdown(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        QueryParameters query = request.query(issues);
        Window window = window(query, issues);
        Dimension dimension = dimension(query, issues);
        int limit = query.number("limit", DEFAULT_ROWS, Breakdowns.MAX_ROWS);
        String property = property(query, issues);
        if (window == null || dimension == null || !issues.isEmpty()) {
            throw Refusal.invalid(issues, Property.DEFAULT);
        }
        return answer(
                request,
                new Question(window, false, property, dimension, limit),
                () -> BreakdownBody.of(
                        breakdowns.of(dimension, window, limit, property), summaries.freshness(window, property)));
    }

    private CompletionStage<byte[]> answer(RequestContext request, Question question, Supplier<Object> work) {
        byte[] known = answers.getIfPresent(question);
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        return request.submit(executors.figures(), () -> {
            byte[] answer = write(work.get());
            answers.put(question, answer);
            return answer;
        });
    }

    private byte[] write(Object body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a record of numbers and texts is always JSON", impossible);
        }
    }

    /** Null for all properties together. */
    private @Nullable String property(QueryParameters query, Issues issues) {
        String slug = attribution.slug(query, issues);
        if (slug == null && defaultProperty != null && attribution.property(defaultProperty) == null) {
            issues.add("propertyId", "is absent, and ROLLUP_DEFAULT_PROPERTY_ID is not a known property");
        }
        return slug == null ? defaultProperty : slug;
    }

    /** {@code window=7}, or {@code from} and {@code to}; without either, the last seven full days. */
    private @Nullable Window window(QueryParameters query, Issues issues) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        boolean named = query.has("from") || query.has("to");
        if (named && query.has("window")) {
            issues.add("window", "must not stand beside from and to");
            return null;
        }
        try {
            if (!named) {
                return Window.lastFull(query.number("window", DEFAULT_WINDOW, Window.MAX_DAYS), today);
            }
            LocalDate from = query.day("from");
            LocalDate to = query.day("to");
            return from == null || to == null ? null : Window.between(from, to, today);
        } catch (Rejected rejected) {
            for (Issue issue : rejected.issues()) {
                issues.add(issue.path(), issue.message());
            }
            return null;
        }
    }

    private static @Nullable Dimension dimension(QueryParameters query, Issues issues) {
        String text = query.text("dimension");
        Dimension dimension = text == null ? null : Dimension.of(text);
        if (dimension == null) {
            issues.add(
                    "dimension",
                    Arrays.stream(Dimension.values())
                            .map(Dimension::key)
                            .collect(Collectors.joining(" ", "must be one of ", "")));
        }
        return dimension;
    }
}
