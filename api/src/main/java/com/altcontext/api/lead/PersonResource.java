package com.altcontext.api.lead;

import com.altcontext.api.http.Callers;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.StreamedAnswer;
import com.altcontext.audit.Caller;
import com.altcontext.db.Tx;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.privacy.Erased;
import com.altcontext.privacy.Erasure;
import com.altcontext.privacy.Export;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code POST /v1/leads/delete} and {@code /v1/leads/export}, for the operator: erases a person, or exports what is
 * held about one. The address comes in the body, since an address in a URL ends up in logs.
 */
@Path("/v1/leads")
public class PersonResource {
    /**
     * Idle connections are closed, by proxies after 60 seconds and by this service after 75. The answer must come
     * before that, even if the database does not answer any more.
     */
    private static final Duration MAX_WAIT = Duration.ofSeconds(45);

    private static final Duration TIMEOUT = MAX_WAIT.minus(Tx.DRIVER_EXTRA_TIME);

    private final Erasure erasure;
    private final Export export;
    private final Callers callers;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    PersonResource(Erasure erasure, Export export, Callers callers, DatabaseExecutors executors, InstantSource clock) {
        this.erasure = erasure.within(TIMEOUT);
        this.export = export.within(TIMEOUT);
        this.callers = callers;
        this.executors = executors;
        this.clock = clock;
    }

    /** @param counts of the removed rows, by kind */
    public record DeletedBody(
            boolean ok, boolean deleted, @JsonUnwrapped Erased counts) {}

    @POST
    @Path("delete")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<DeletedBody> delete(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Email email = email(request);
        Instant now = clock.instant();
        Caller caller = callers.of(request);
        return request.submit(executors.operator(), () -> erasure.erase(email, caller, now))
                .thenApply(erased ->
                        new DeletedBody(true, true, erased.orElseThrow(() -> new Refusal(Problem.NOT_FOUND))));
    }

    @POST
    @Path("export")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public CompletionStage<RestResponse<byte[]>> export(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Export.ExportRequest asked = new Export.ExportRequest(email(request), callers.of(request), clock.instant());
        StreamedAnswer document = StreamedAnswer.json(request);
        return request.submit(executors.operator(), () -> export.write(asked, document))
                .thenApply(known -> {
                    if (!known) {
                        throw new Refusal(Problem.NOT_FOUND);
                    }
                    return document.lastPart();
                });
    }

    private static Email email(RequestContext request) {
        JsonBody.Content body = request.json();
        Email email = body.isRead() ? LeadForm.email(body.fields(), body.issues()) : null;
        if (email == null || !body.issues().isEmpty()) {
            throw Refusal.invalid(body.issues());
        }
        return email;
    }
}
