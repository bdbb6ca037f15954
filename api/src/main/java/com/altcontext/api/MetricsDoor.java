package com.altcontext.api;

import com.altcontext.metrics.Breakdowns;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Summaries;
import com.altcontext.metrics.Window;
import com.altcontext.property.Properties;
import com.altcontext.value.Issue;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/metrics/summary} and {@code /v1/metrics/breakdown}, for the operator. An answer is remembered for some
 * seconds, and says itself when it was made.
 */
final class MetricsDoor {
    private static final int USUAL_WINDOW = 7;
    private static final int USUAL_ROWS = 50;

    private final Summaries summaries;
    private final Breakdowns breakdowns;
    private final Properties properties;
    private final Optional<String> usualProperty;
    private final Workers workers;
    private final InstantSource clock;
    private final Cache<Question, String> answers;

    MetricsDoor(
            Summaries summaries,
            Breakdowns breakdowns,
            Properties properties,
            Settings.Metrics settings,
            Workers workers,
            InstantSource clock) {
        this.summaries = summaries;
        this.breakdowns = breakdowns;
        this.properties = properties;
        this.usualProperty = settings.usualProperty();
        this.workers = workers;
        this.clock = clock;
        this.answers = Caffeine.newBuilder()
                .maximumSize(settings.cacheEntries())
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
        MultiMap params = params(exchange, issues);
        Window window = window(params, issues);
        boolean compare = flag(params, "compareTo", issues);
        String property = property(params, issues);
        if (window == null || !issues.isEmpty()) {
            exchange.failed(Problem.INVALID_REQUEST, issues.list());
            return;
        }
        answer(
                exchange,
                new Question(window, compare, property, null, 0),
                () -> MetricsJson.of(summaries.of(window, compare, property)));
    }

    void breakdown(Exchange exchange) {
        Issues issues = new Issues();
        MultiMap params = params(exchange, issues);
        Window window = window(params, issues);
        Dimension dimension = dimension(params, issues);
        int limit = number(params, "limit", USUAL_ROWS, Breakdowns.MOST_ROWS, issues);
        String property = property(params, issues);
        if (window == null || dimension == null || !issues.isEmpty()) {
            exchange.failed(Problem.INVALID_REQUEST, issues.list());
            return;
        }
        answer(
                exchange,
                new Question(window, false, property, dimension, limit),
                () -> MetricsJson.of(
                        breakdowns.of(dimension, window, limit, property),
                        summaries.of(window, false, property).freshness()));
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

    private static MultiMap params(Exchange exchange, Issues issues) {
        try {
            return exchange.request().params();
        } catch (IllegalArgumentException malformed) {
            issues.add("", "the query's percent signs must be followed by two digits");
            return MultiMap.caseInsensitiveMultiMap();
        }
    }

    /** {@code window=7}, or {@code from} and {@code to}; without either, the last seven full days. */
    private @Nullable Window window(MultiMap params, Issues issues) {
        LocalDate today = LocalDate.ofInstant(now(), ZoneOffset.UTC);
        boolean named = params.contains("from") || params.contains("to");
        if (named && params.contains("window")) {
            issues.add("window", "must not stand beside from and to");
            return null;
        }
        try {
            if (!named) {
                return Window.lastFull(number(params, "window", USUAL_WINDOW, Window.MOST_DAYS, issues), today);
            }
            LocalDate from = day(params, "from", issues);
            LocalDate to = day(params, "to", issues);
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

    private static @Nullable LocalDate day(MultiMap params, String name, Issues issues) {
        String text = params.get(name);
        try {
            if (text != null) {
                return LocalDate.parse(text.strip());
            }
        } catch (DateTimeParseException unreadable) {
            // told below, with the same words
        }
        issues.add(name, "must be a day like 2026-01-31");
        return null;
    }

    private static int number(MultiMap params, String name, int usual, int most, Issues issues) {
        String text = params.get(name);
        if (text == null) {
            return usual;
        }
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // told below, with the same words
        }
        issues.add(name, "must be a whole number from 1 to " + most);
        return usual;
    }

    private static boolean flag(MultiMap params, String name, Issues issues) {
        String text = params.get(name);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (!text.equals("true")) {
            issues.add(name, "must be true or false");
        }
        return text.equals("true");
    }

    private static @Nullable Dimension dimension(MultiMap params, Issues issues) {
        String text = params.get("dimension");
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

    /** Null for all properties together. */
    private @Nullable String property(MultiMap params, Issues issues) {
        String slug = params.get("propertyId");
        if (slug == null) {
            return usualProperty.orElse(null);
        }
        if (properties.bySlug(slug) == null) {
            issues.add("propertyId", "is not a known property");
        }
        return slug;
    }
}
