package com.altcontext.api.metrics;

import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.StreamedAnswer;
import com.altcontext.metrics.query.Grouping;
import com.altcontext.metrics.query.MetricsQuery;
import com.altcontext.metrics.query.QueryMetric;
import com.altcontext.metrics.query.QueryRow;
import com.altcontext.value.Csv;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An answer as a CSV file. It is written while the rows are read, so a long file needs no more memory. */
final class CsvAnswer {
    static final int DEFAULT_ROWS = 10_000;
    static final int MAX_ROWS = 100_000;

    private CsvAnswer() {}

    /** Whether the client requests a file: it prefers CSV to JSON. */
    static boolean isRequested(RequestContext request) {
        return request.prefers("text/csv", "application/json");
    }

    /**
     * Writes the rows of a query.
     *
     * @param rows passes the rows to a consumer, one by one
     */
    static StreamedAnswer of(RequestContext request, MetricsQuery query, Consumer<Consumer<QueryRow>> rows) {
        StreamedAnswer file = StreamedAnswer.csv(request, "query");
        Stream<String> names = Stream.concat(
                query.groupings().stream().map(Grouping::key),
                query.metrics().stream().map(QueryMetric::key));
        row(file, names.toList());
        rows.accept(row -> row(file, cells(row)));
        return file;
    }

    /** Writes the rows of a breakdown. */
    static StreamedAnswer of(RequestContext request, BreakdownAnswers.BreakdownAnswer breakdown) {
        StreamedAnswer file = StreamedAnswer.csv(request, "breakdown");
        switch (breakdown) {
            case BreakdownBody visits -> {
                row(file, List.of("value", "visitors", "pageViews", "sessions", "conversions"));
                visits.rows()
                        .forEach(row -> row(
                                file, row.value(), row.visitors(), row.pageViews(), row.sessions(), row.conversions()));
            }
            case LeadBreakdownBody leads -> {
                row(file, List.of("value", "leads", "mailableLeads", "conversionRate"));
                leads.rows()
                        .forEach(row -> row(file, row.value(), row.leads(), row.mailableLeads(), row.conversionRate()));
            }
        }
        return file;
    }

    private static void row(StreamedAnswer file, @Nullable String value, @Nullable Number... figures) {
        List<@Nullable String> cells = new ArrayList<>();
        cells.add(value);
        for (Number figure : figures) {
            cells.add(digits(figure));
        }
        row(file, cells);
    }

    private static List<@Nullable String> cells(QueryRow row) {
        List<@Nullable String> cells = new ArrayList<>(row.groups());
        for (Number figure : row.metrics()) {
            cells.add(digits(SummaryBody.figure(figure)));
        }
        return cells;
    }

    /** Never 5.0E-4, which reads badly in a spreadsheet. */
    private static @Nullable String digits(@Nullable Number figure) {
        return figure == null
                ? null
                : new BigDecimal(figure.toString()).stripTrailingZeros().toPlainString();
    }

    private static void row(StreamedAnswer file, List<? extends @Nullable String> cells) {
        try {
            Csv.row(file, cells.toArray(String[]::new));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
