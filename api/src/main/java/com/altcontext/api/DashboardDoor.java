package com.altcontext.api;

import com.altcontext.db.Sql;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.property.PropertyStore;
import com.altcontext.retention.LeadList;
import com.altcontext.value.Issues;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /v1/dashboard/…}: what the dashboard asks for beside the figures. */
final class DashboardDoor {
    private static final CharSequence ROWS = HttpHeaders.createOptimized("x-rows");

    private final Sql sql;
    private final LeadList leadList;
    private final Properties properties;
    private final Optional<String> usualProperty;
    private final Arrivals arrivals;
    private final Workers workers;
    private final Tally tally;
    private final InstantSource clock;

    DashboardDoor(
            Sql sql,
            LeadList leadList,
            Properties properties,
            Optional<String> usualProperty,
            Arrivals arrivals,
            Workers workers,
            Tally tally,
            InstantSource clock) {
        this.sql = sql;
        this.leadList = leadList;
        this.properties = properties;
        this.usualProperty = usualProperty;
        this.arrivals = arrivals;
        this.workers = workers;
        this.tally = tally;
        this.clock = clock;
    }

    void properties(Exchange exchange) {
        workers.run(exchange, () -> sql.inTransaction(PropertyStore::list), kept -> exchange.ok(json(kept)));
    }

    /** How many leads there are, by what their consent comes to. */
    void leads(Exchange exchange) {
        Issues issues = new Issues();
        String property = Query.of(exchange, issues).property(properties);
        if (!isRight(exchange, issues)) {
            return;
        }
        Instant now = clock.instant();
        workers.run(
                exchange,
                () -> sql.inTransaction(tx -> EffectiveConsent.count(tx, property, now)),
                counts -> exchange.ok(json(counts)));
    }

    /** The leads themselves, as a file. */
    void leadsCsv(Exchange exchange) {
        Issues issues = new Issues();
        Query query = Query.of(exchange, issues);
        String property = query.property(properties);
        EffectiveConsent effective = effective(query, issues);
        if (!isRight(exchange, issues)) {
            return;
        }
        Instant now = clock.instant();
        LeadList.LeadListRequest request = new LeadList.LeadListRequest(
                property,
                effective,
                exchange.isSignedIn() ? "dashboard" : "api",
                arrivals.addressHash(exchange.client),
                now);
        workers.run(
                exchange,
                () -> leadList.write(request, rows -> new AnswerStream(exchange, headers(request, rows))),
                AnswerStream::end);
    }

    private static Map<CharSequence, String> headers(LeadList.LeadListRequest request, long rows) {
        StringBuilder name = new StringBuilder("leads-");
        if (request.propertyId() != null) {
            name.append(request.propertyId()).append('-');
        }
        EffectiveConsent effective = request.effective();
        if (effective != null) {
            name.append(effective.key()).append('-');
        }
        name.append(LocalDate.ofInstant(request.at(), ZoneOffset.UTC));
        return Map.of(
                HttpHeaders.CONTENT_TYPE,
                "text/csv; charset=utf-8",
                HttpHeaders.CONTENT_DISPOSITION,
                "attachment; filename=\"" + name + ".csv\"",
                ROWS,
                String.valueOf(rows));
    }

    private static @Nullable EffectiveConsent effective(Query query, Issues issues) {
        String text = query.text("consentStatus");
        EffectiveConsent effective = text == null ? null : EffectiveConsent.ofKey(text);
        if (text != null && effective == null) {
            issues.add(
                    "consentStatus",
                    Arrays.stream(EffectiveConsent.values())
                            .map(EffectiveConsent::key)
                            .collect(Collectors.joining(" ", "must be one of ", "")));
        }
        return effective;
    }

    private boolean isRight(Exchange exchange, Issues issues) {
        if (!issues.isEmpty()) {
            tally.refused(Property.DEFAULT, exchange.endpoint, Problem.INVALID_REQUEST);
            exchange.failed(Problem.INVALID_REQUEST, issues.list());
        }
        return issues.isEmpty();
    }

    private static String json(Map<EffectiveConsent, Long> counts) {
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        return counts.entrySet().stream()
                .map(one -> '"' + one.getKey().key() + "\":" + one.getValue())
                .collect(Collectors.joining(",", "{\"ok\":true,\"total\":" + total + ",\"byStatus\":{", "}}"));
    }

    private String json(List<PropertyStore.Kept> kept) {
        StringBuilder json = new StringBuilder("{\"ok\":true,\"defaultPropertyId\":")
                .append(usualProperty.map(Json::string).orElse("null"))
                .append(",\"properties\":[");
        String comma = "";
        for (PropertyStore.Kept property : kept.stream()
                .sorted(Comparator.comparing(PropertyStore.Kept::slug))
                .toList()) {
            json.append(comma).append("{\"id\":");
            Json.quote(json, property.slug());
            json.append(",\"name\":");
            Json.quote(json, property.name());
            json.append(property.domains().stream()
                    .map(Json::string)
                    .collect(Collectors.joining(",", ",\"domains\":[", "]}")));
            comma = ",";
        }
        return json.append("]}").toString();
    }
}
