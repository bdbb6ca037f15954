package com.altcontext.api.lead;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.OkBody;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.RequestMetrics;
import com.altcontext.client.ClientNetwork;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.CaptureQueue;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.ingest.Unavailable;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Captured;
import com.altcontext.lead.DistinctEmails;
import com.altcontext.lead.FormBody;
import com.altcontext.lead.LeadForm;
import com.altcontext.lead.ReturnPath;
import com.altcontext.property.Property;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code POST /v1/leads/capture}: a form with an address, sent as JSON by a script, or posted by the browser. */
@Path("/v1/leads/capture")
public class LeadResource {
    private final RequestAttribution attribution;
    private final CaptureQueue queue;
    private final DistinctEmails distinctEmails;
    private final Set<String> allowedOrigins;
    private final RequestMetrics requests;
    private final InstantSource clock;

    LeadResource(
            RequestAttribution attribution,
            CaptureQueue queue,
            DistinctEmails distinctEmails,
            AppConfig config,
            RequestMetrics requests,
            InstantSource clock) {
        this.attribution = attribution;
        this.queue = queue;
        this.distinctEmails = distinctEmails;
        this.allowedOrigins = config.corsAllowedOrigins();
        this.requests = requests;
        this.clock = clock;
    }

    /** The ids of what was stored. */
    public record CaptureBody(boolean ok, UUID leadId, UUID visitorId, UUID sessionId, int heuristicLinksCreated) {
        static CaptureBody of(Captured captured) {
            return new CaptureBody(
                    true,
                    captured.leadId(),
                    captured.visitorId(),
                    captured.sessionId(),
                    captured.heuristicLinksCreated());
        }
    }

    /** Accepts a form from a script. Nothing is stored of a form that a robot has filled in. */
    @POST
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<RestResponse<Object>> captureJson(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        return capture(request, request.json()).thenApply(captured -> {
            if (captured.isEmpty()) {
                request.response().putHeader("x-outcome", "dropped");
                return RestResponse.status(RestResponse.Status.ACCEPTED, OkBody.OK);
            }
            return RestResponse.ok(CaptureBody.of(captured.get()));
        });
    }

    /** Accepts a form from a page without a script, and redirects the browser. */
    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public CompletionStage<RestResponse<Object>> capturePost(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Issues issues = new Issues();
        Map<String, Object> form = FormBody.read(request.takeBody(), issues);
        JsonBody.Content body = new JsonBody.Content(form != null, form, issues, List.of());
        String path = body.fields().plain("path", "/").strip();
        String pageOrigin = ReturnPath.pageOrigin(
                request.request().getHeader(HttpHeaders.ORIGIN),
                request.request().getHeader(HttpHeaders.REFERER));
        return capture(request, body)
                .thenApply(captured -> RestResponse.ResponseBuilder.create(RestResponse.Status.SEE_OTHER)
                        .header("Location", ReturnPath.location(path, pageOrigin, allowedOrigins))
                        .build());
    }

    /** The steps of a form: find its property, drop what a robot filled in, read the fields, store. */
    private CompletionStage<Optional<Captured>> capture(RequestContext request, JsonBody.Content body) {
        boolean isWellFormed = body.isRead() && body.issues().isEmpty();
        Fields fields = body.fields();
        Property property = attribution.property(fields, "propertyId", request.client(), body.issues());
        if (isWellFormed && fields.isFilled("honeypot")) {
            requests.dropped(property.id(), request.route(), Outcome.DropReason.HONEYPOT);
            return CompletableFuture.completedStage(Optional.empty());
        }
        LeadForm form = LeadForm.read(fields, body.issues());
        if (form == null) {
            throw Refusal.invalid(body.issues(), property.id());
        }
        Capture capture = attribution.capture(form, property, request.client(), clock.instant());
        return store(capture, request).thenApply(Optional::of);
    }

    /**
     * A tablet at a trade fair submits many addresses, and so does somebody who abuses the form. So the forms are
     * stored, and an operator decides.
     */
    private CompletionStage<Captured> store(Capture capture, RequestContext request) {
        DistinctEmails.Note address = distinctEmails.note(
                ClientNetwork.of(request.client().address()), capture.form().email());
        try {
            return queue.submit(
                            address.isWithinLimit() ? capture : capture.markedForReview(),
                            request.weight(),
                            request::onEventLoop)
                    .whenComplete((captured, failure) -> {
                        if (failure != null) {
                            address.undo();
                        }
                    });
        } catch (Unavailable refused) {
            address.undo();
            throw refused;
        }
    }
}
