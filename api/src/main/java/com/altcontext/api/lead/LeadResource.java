package com.altcontext.api.lead;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.Public;
import com.altcontext.api.http.RateLimited;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.RequestMetrics;
import com.altcontext.client.Client;
import com.altcontext.client.ClientNetwork;
import com.altcontext.client.Limit;
import com.altcontext.event.Beacon;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.CaptureQueue;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.Capture;
import com.altcontext.lead.Captured;
import com.altcontext.lead.DistinctEmails;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.lead.ReturnPath;
import com.altcontext.property.Property;
import com.altcontext.value.ComputedId;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.visit.AnonId;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/leads/capture}: a form with an address, sent as JSON by a script, or by the form itself. */
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

    /** The answer to a form that a robot filled in: nothing is stored. */
    public record DroppedBody(boolean ok) {}

    /** Takes a form from a script. */
    @POST
    @Public
    @RateLimited(Limit.LEADS)
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<RestResponse<Object>> capture(JsonBody.Content body, @Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Fields fields = body.fields();
        boolean isReadable = body.issues().isEmpty();
        Property property = attribution.property(fields, "propertyId", request.client(), body.issues());
        if (isReadable && isFilledInByRobot(fields, property, request)) {
            request.response().putHeader("x-outcome", "dropped");
            return CompletableFuture.completedStage(
                    RestResponse.status(RestResponse.Status.ACCEPTED, new DroppedBody(true)));
        }
        return store(request, form(fields, body.issues(), property), property)
                .thenApply(captured -> RestResponse.ok(CaptureBody.of(captured)));
    }

    /** Takes a form from a page without a script, and leads the browser on. */
    @POST
    @Public
    @RateLimited(Limit.LEADS)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public CompletionStage<RestResponse<Object>> capture(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        JsonBody.Content body = FormBody.read(request.takeBody());
        Issues issues = body.issues();
        Fields fields = body.fields();
        boolean isReadable = issues.isEmpty();
        Property property = attribution.property(fields, "propertyId", request.client(), issues);
        if (isReadable && isFilledInByRobot(fields, property, request)) {
            String path = fields.plain("path", "/");
            return CompletableFuture.completedStage(seeOther(request, path));
        }
        LeadForm form = form(fields, issues, property);
        return store(request, form, property).thenApply(captured -> seeOther(request, form.path()));
    }

    private boolean isFilledInByRobot(Fields fields, Property property, RequestContext request) {
        boolean filled = fields.isFilled("honeypot");
        if (filled) {
            requests.dropped(property.id(), request.route(), Outcome.DropReason.HONEYPOT);
        }
        return filled;
    }

    private static LeadForm form(Fields fields, Issues issues, Property property) {
        LeadForm form = LeadForm.read(fields, issues);
        if (form == null) {
            throw Refusal.invalid(issues, property.id());
        }
        return form;
    }

    private CompletionStage<Captured> store(RequestContext request, LeadForm form, Property property) {
        OptionalLong wait =
                distinctEmails.note(ClientNetwork.of(request.client().address()), form.email());
        if (wait.isPresent()) {
            request.setRateLimit(
                    "lead_emails", distinctEmails.maxPerHour(), DistinctEmails.PERIOD, 0, wait.getAsLong());
            throw new Refusal(Problem.RATE_LIMITED, property.id());
        }
        return queue.submit(capture(form, property, request.client()), request.weight(), request::onEventLoop);
    }

    private Capture capture(LeadForm form, Property property, Client client) {
        AnonId known = form.anonId();
        Beacon beacon = form.beacon(known == null ? anonymous(form.email(), client) : known);
        return new Capture(
                form.email(),
                attribution.visitor(beacon, property, client),
                beacon,
                attribution.origin(beacon, property, client),
                clock.instant(),
                form.formName(),
                form.sourceChannel(),
                form.consent(),
                form.consentPolicy(),
                form.payload());
    }

    /**
     * A page without a script makes no {@code anonId}. Ours is the same for the same person at the same browser, so that a
     * double click is one submission here too. Without the pepper it looks like any other.
     */
    private AnonId anonymous(Email email, Client client) {
        HexFormat hex = HexFormat.of();
        return new AnonId("form-"
                + ComputedId.of("form visitor")
                        .with(hex.formatHex(attribution.addressHash(client)))
                        .with(client.userAgent())
                        .with(email.value())
                        .toUuid());
    }

    private RestResponse<Object> seeOther(RequestContext request, @Nullable String path) {
        return RestResponse.ResponseBuilder.create(RestResponse.Status.SEE_OTHER)
                .header("Location", ReturnPath.location(path, request.pageOrigin(), allowedOrigins))
                .build();
    }
}
