package com.altcontext.api.lead;

import com.altcontext.api.http.Callers;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.StreamedAnswer;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.Consent;
import com.altcontext.privacy.MailableList;
import com.altcontext.privacy.MailableList.MailableRequest;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/leads/mailable}: who may be written to now, page by page. */
@Path("/v1/leads/mailable")
public class MailableResource {
    private static final int DEFAULT_LEADS = 100;
    private static final Pattern CURSOR = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final MailableList mailable;
    private final RequestAttribution attribution;
    private final Callers callers;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    MailableResource(
            MailableList mailable,
            RequestAttribution attribution,
            Callers callers,
            DatabaseExecutors executors,
            InstantSource clock) {
        this.mailable = mailable;
        this.attribution = attribution;
        this.callers = callers;
        this.executors = executors;
        this.clock = clock;
    }

    @GET
    public CompletionStage<RestResponse<byte[]>> list(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        QueryParameters query = request.query(issues);
        request.requireProperty(query.text("propertyId"));
        String property = attribution.slug(query, issues);
        int limit = query.number("limit", DEFAULT_LEADS, MailableList.MAX_LEADS);
        String purpose = query.text("purpose");
        if (purpose != null && purpose.codePointCount(0, purpose.length()) > Consent.MAX_PURPOSE) {
            issues.add("purpose", "must not be longer than " + Consent.MAX_PURPOSE + " characters");
        }
        UUID after = cursor(query, issues);
        issues.throwIfAny();
        MailableRequest asked = new MailableRequest(property, purpose, callers.of(request), clock.instant());
        return request.submit(
                        executors.operator(),
                        () -> mailable.writePage(asked, after, limit, () -> StreamedAnswer.json(request)))
                .thenApply(StreamedAnswer::lastPart);
    }

    private static @Nullable UUID cursor(QueryParameters query, Issues issues) {
        String cursor = query.text("cursor");
        if (cursor == null) {
            return null;
        }
        if (!CURSOR.matcher(cursor).matches()) {
            issues.add("cursor", "must be the value of next in an answer");
            return null;
        }
        return UUID.fromString(cursor);
    }
}
