package com.altcontext.api.dashboard;

import com.altcontext.access.Permissions;
import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.Callers;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.StreamedAnswer;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.metrics.summary.FirstDays;
import com.altcontext.privacy.LeadList;
import com.altcontext.property.PropertyStore;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** {@code /v1/dashboard/…}: what the dashboard needs besides the figures. */
@Path("/v1/dashboard")
public class DashboardResource {
    private final Sql sql;
    private final LeadList leadList;
    private final @Nullable String defaultProperty;
    private final RequestAttribution attribution;
    private final Callers callers;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    DashboardResource(
            Sql sql,
            LeadList leadList,
            AppConfig config,
            RequestAttribution attribution,
            Callers callers,
            DatabaseExecutors executors,
            InstantSource clock) {
        this.sql = sql;
        this.leadList = leadList;
        this.defaultProperty = config.metrics().defaultProperty().orElse(null);
        this.attribution = attribution;
        this.callers = callers;
        this.executors = executors;
        this.clock = clock;
    }

    /** @param defaultPropertyId the property of requests that name none; null if those are about all together */
    public record PropertiesBody(boolean ok, @Nullable String defaultPropertyId, List<PropertyBody> properties) {}

    /**
     * @param timeZone the zone by which days begin and end
     * @param firstDay the first rolled-up day with a visit; null if there is none
     */
    public record PropertyBody(
            String id,
            String name,
            Collection<String> domains,
            String timeZone,
            @Nullable LocalDate firstDay) {
        static PropertyBody of(PropertyStore.StoredProperty property, @Nullable LocalDate firstDay) {
            return new PropertyBody(
                    property.slug(), property.name(), property.domains(), property.timeZone(), firstDay);
        }
    }

    /** The number of leads by effective consent. */
    public record LeadCountsBody(boolean ok, long total, Map<String, Long> byStatus) {
        static LeadCountsBody of(Map<EffectiveConsent, Long> counts) {
            Map<String, Long> byStatus = new LinkedHashMap<>();
            counts.forEach((status, count) -> byStatus.put(status.key(), count));
            long total = counts.values().stream().mapToLong(Long::longValue).sum();
            return new LeadCountsBody(true, total, byStatus);
        }
    }

    @GET
    @Path("properties")
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<PropertiesBody> properties(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Permissions permissions = request.propertiesChecked();
        return request.submit(executors.operator(), () -> sql.inTransaction(tx -> properties(tx, permissions)))
                .thenApply(shown ->
                        new PropertiesBody(true, permissions.include(defaultProperty) ? defaultProperty : null, shown));
    }

    private static List<PropertyBody> properties(Tx tx, Permissions permissions) {
        Map<String, LocalDate> firstDays = FirstDays.of(tx);
        return PropertyStore.list(tx).stream()
                .filter(property -> permissions.include(property.slug()))
                .sorted(Comparator.comparing(PropertyStore.StoredProperty::slug))
                .map(property -> PropertyBody.of(property, firstDays.get(property.slug())))
                .toList();
    }

    @GET
    @Path("leads")
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<LeadCountsBody> leads(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        String property = property(request, request.query(issues), issues);
        issues.throwIfAny();
        Instant now = clock.instant();
        return request.submit(
                        executors.operator(), () -> sql.inTransaction(tx -> EffectiveConsent.count(tx, property, now)))
                .thenApply(LeadCountsBody::of);
    }

    /**
     * Returns the leads themselves, as a file. A button requests it; the body may have any type, or there may be none.
     */
    @POST
    @Path("leads.csv")
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<byte[]>> leadsCsv(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        QueryParameters query = request.query(issues);
        String property = property(request, query, issues);
        EffectiveConsent consent = consent(query, issues);
        issues.throwIfAny();
        LeadList.LeadListRequest asked =
                new LeadList.LeadListRequest(property, consent, callers.of(request), clock.instant());
        return request.submit(
                        executors.operator(),
                        () -> leadList.write(
                                asked,
                                rows -> StreamedAnswer.csv(request, fileName(asked))
                                        .with("X-Rows", String.valueOf(rows))))
                .thenApply(StreamedAnswer::lastPart);
    }

    private static String fileName(LeadList.LeadListRequest asked) {
        StringJoiner name = new StringJoiner("-").add("leads");
        if (asked.propertyId() != null) {
            name.add(asked.propertyId());
        }
        if (asked.effective() != null) {
            name.add(asked.effective().key());
        }
        return name.add(LocalDate.ofInstant(asked.at(), ZoneOffset.UTC).toString())
                .toString();
    }

    /** The property that the query names, if the caller may ask about it; null for all together. */
    private @Nullable String property(RequestContext request, QueryParameters query, Issues issues) {
        request.requireProperty(query.text("propertyId"));
        return attribution.slug(query, issues);
    }

    private static @Nullable EffectiveConsent consent(QueryParameters query, Issues issues) {
        String text = query.text("consentStatus");
        EffectiveConsent consent = text == null ? null : EffectiveConsent.named(text);
        if (text != null && consent == null) {
            issues.add(
                    "consentStatus",
                    Arrays.stream(EffectiveConsent.values())
                            .map(EffectiveConsent::key)
                            .collect(Collectors.joining(" ", "must be one of ", "")));
        }
        return consent;
    }
}
