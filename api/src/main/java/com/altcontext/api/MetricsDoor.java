package com.altcontext.api;

import com.altcontext.metrics.Breakdowns;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Summaries;
import com.altcontext.metrics.Window;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/metrics/summary} and {@code /v1/metrics/breakdown}, for the operator. An answer is remembered for some
 * seconds, and says itself when it was made.
 */
final class MetricsDoor {
    private static final int DEFAULT_WINDOW = 7;
    private static final int DEFAULT_ROWS = 50;
    /** A summary of a year has 40 KB; a breakdown of the longest paths has 2 MB. */
    private static final int MAX_REMEMBERED_BYTES = 8 << 20;
    /** At the most: so many once one of a text's letters is beyond Latin-1. */
    private static final int BYTES_A_LETTER = 2;

    private final Summaries summaries;
    private final Breakdowns breakdowns;
    private final Properties properties;
    private final @Nullable String usualProperty;
    private final Workers workers;
    private final Tally tally;
    private final InstantSource clock;
    private final Cache<Question, String> answers;

    MetricsDoor(
            Summaries summaries,
            Breakdowns breakdowns,
            Properties properties,
            Settings.Metrics settings,
            Workers workers,
            Tally tally,
            InstantSource clock) {
        this.summaries = summaries;
        this.breakdowns = breakdowns;
        this.properties = properties;
        this.usualProperty = settings.usualProperty().orElse(null);
        this.workers = workers;
        this.tally = tally;
        this.clock = clock;
        this.answers = answers(settings);
    }

    /** Bounded by their number and by their bytes: an answer weighs no less than its share of the number. */
    private static Cache<Question, String> answers(Settings.Metrics settings) {
        int entries = settings.cacheEntries();
        int leastWeight = entries == 0 ? 1 : MAX_REMEMBERED_BYTES / entries;
        return Caffeine.newBuilder()
                .maximumWeight((long) entries * leastWeight)
                .<Question, String>weigher((question, json) -> Math.max(leastWeight, BYTES_A_LETTER * json.length()))
                .expireAfterWrite(settings.cacheTime())
                .build();
    }

    /** @param dimension null for a summary */
    private record Question(
            Window window,
            boolean compare,
            @Nullable String property,
            @Nullable Dimension dimension,
            int limit) {}

    void summary(Exchange exchange) {
        Issues issues = new Issues();
        Query query = Query.of(exchange, issues);
        Window window = window(query, issues);
        boolean compare = query.flag("compareTo");
        String property = query.property(properties, usualProperty);
        if (window == null || !issues.isEmpty()) {
            refuse(exchange, issues);
            return;
        }
        answer(
                exchange,
                new Question(window, compare, property, null, 0),
                () -> MetricsJson.of(summaries.of(window, compare, property)));
    }

    void breakdown(Exchange exchange) {
        Issues issues = new Issues();
        Query query = Query.of(exchange, issues);
        Window window = window(query, issues);
        Dimension dimension = dimension(query, issues);
        int limit = query.number("limit", DEFAULT_ROWS, Breakdowns.MAX_ROWS);
        String property = query.property(properties, usualProperty);
        if (window == null || dimension == null || !issues.isEmpty()) {
            refuse(exchange, issues);
            return;
        }
        answer(
                exchange,
                new Question(window, false, property, dimension, limit),
                () -> MetricsJson.of(
                        breakdowns.of(dimension, window, limit, property), summaries.freshness(window, property)));
    }

    private void refuse(Exchange exchange, Issues issues) {
        tally.refused(Property.DEFAULT, exchange.endpoint, Problem.INVALID_REQUEST);
        exchange.failed(Problem.INVALID_REQUEST, issues.list());
    }

    private void answer(Exchange exchange, Question question, Supplier<String> work) {
        String known = answers.getIfPresent(question);
        if (known != null) {
            exchange.ok(known);
            return;
        }
        workers.run(
                exchange,
                () -> {
                    String json = work.get();
                    answers.put(question, json);
                    return json;
                },
                exchange::ok);
    }

    /** {@code window=7}, or {@code from} and {@code to}; without either, the last seven full days. */
    private @Nullable Window window(Query query, Issues issues) {
        LocalDate today = LocalDate.ofInstant(now(), ZoneOffset.UTC);
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

    private Instant now() {
        return clock.instant();
    }

    private static @Nullable Dimension dimension(Query query, Issues issues) {
        String text = query.text("dimension");
        Dimension dimension = text == null ? null : Dimension.of(text);
        if (dimension == null) {
            StringBuilder words = new StringBuilder("must be one of");
            for (Dimension one : Dimension.values()) {
                words.append(' ').append(one.key());
            }
            issues.add("dimension", words.toString());
        }
        return dimension;
    }
}
