package com.altcontext.api.lead;

import com.altcontext.api.http.Callers;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.StreamedAnswer;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.privacy.SubmissionList;
import com.altcontext.privacy.SubmissionList.Cursor;
import com.altcontext.privacy.SubmissionList.SubmissionRequest;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.QueryParameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/leads/submissions}: form submissions, newest first. Searching for an address takes a POST, since an
 * address in a URL ends up in logs.
 */
@Path("/v1/leads/submissions")
public class SubmissionResource {
    private static final int DEFAULT_ROWS = 50;
    private static final int MAX_SEARCH = 320;

    private final SubmissionList submissions;
    private final RequestAttribution attribution;
    private final Callers callers;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    SubmissionResource(
            SubmissionList submissions,
            RequestAttribution attribution,
            Callers callers,
            DatabaseExecutors executors,
            InstantSource clock) {
        this.submissions = submissions;
        this.attribution = attribution;
        this.callers = callers;
        this.executors = executors;
        this.clock = clock;
    }

    @GET
    public CompletionStage<RestResponse<byte[]>> list(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        return page(request, request.query(issues), null, issues);
    }

    @POST
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public CompletionStage<RestResponse<byte[]>> search(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        JsonBody.Content body = request.json();
        Fields fields = body.fields();
        String email = fields.text("email", 1, MAX_SEARCH);
        return page(request, request.query(body.issues()), email, body.issues());
    }

    private CompletionStage<RestResponse<byte[]>> page(
            RequestContext request, QueryParameters query, @Nullable String search, Issues issues) {
        request.requireProperty(query.text("propertyId"));
        String property = attribution.slug(query, issues);
        int limit = query.number("limit", DEFAULT_ROWS, SubmissionList.MAX_ROWS);
        String cursor = query.text("cursor");
        Cursor after = cursor == null ? null : Cursor.parse(cursor).orElse(null);
        if (cursor != null && after == null) {
            issues.add("cursor", "must be the value of next in an answer");
        }
        issues.throwIfAny();
        SubmissionRequest asked =
                new SubmissionRequest(property, search, after, limit, callers.of(request), clock.instant());
        return request.submit(executors.operator(), () -> submissions.write(asked, () -> StreamedAnswer.json(request)))
                .thenApply(StreamedAnswer::lastPart);
    }
}
