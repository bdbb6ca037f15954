package com.altcontext.api.lead;

import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.LinkPage;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.property.Property;
import com.altcontext.value.Fields;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/leads/unsubscribe}: by address, and by the link of a mail. Neither answer depends on whether the address is a lead's.
 * The link's page changes nothing until its button is pressed, since mail scanners follow every link.
 */
@Path("/v1/leads/unsubscribe")
public class UnsubscribeResource {
    static final LinkPage ASK = LinkPage.asking(
            "Unsubscribe",
            "Press the button to get no more e-mail from us.",
            "Unsubscribe",
            "Se désabonner",
            "Appuyez sur le bouton pour ne plus recevoir de courriels de notre part.",
            "Me désabonner");

    static final LinkPage DONE = LinkPage.of(
            200,
            "You are unsubscribed",
            "We will not write to you again.",
            "Vous êtes désabonné",
            "Nous ne vous écrirons plus.");

    private final RequestAttribution attribution;
    private final Unsubscribe unsubscribe;
    private final UnsubscribeToken token;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    UnsubscribeResource(
            RequestAttribution attribution,
            Unsubscribe unsubscribe,
            UnsubscribeToken token,
            DatabaseExecutors executors,
            InstantSource clock) {
        this.attribution = attribution;
        this.unsubscribe = unsubscribe;
        this.token = token;
        this.executors = executors;
        this.clock = clock;
    }

    /** The same whether the address is known or not. */
    public record UnsubscribedBody(boolean ok) {}

    @POST
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<UnsubscribedBody> byAddress(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        JsonBody.Content body = request.json();
        Fields fields = body.fields();
        Property property = attribution.property(fields, "propertyId", request.client(), body.issues());
        boolean isNamed = fields.has("propertyId");
        Email email = LeadForm.email(fields, body.issues());
        String reason = fields.optionalText("reason", 1, 512);
        if (email == null || !body.issues().isEmpty()) {
            throw Refusal.invalid(body.issues(), property.id());
        }
        Unsubscribe.UnsubscribeRequest asked = asked(request, Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, reason);
        return request.submit(
                        executors.forms(), () -> unsubscribe.byAddress(email, isNamed ? property.id() : null, asked))
                .thenApply(result -> new UnsubscribedBody(true));
    }

    /** The page of a link, with its button. */
    @GET
    @Path("{token}")
    @NonBlocking
    public RestResponse<String> ask(@PathParam("token") String link, @Context RoutingContext routing) {
        return (token.verify(link).isPresent() ? ASK : LinkPage.UNKNOWN).answer(routing);
    }

    /** The button of that page, or a mail program's own (RFC 8058), which may send a body of two types. It is not read. */
    @POST
    @Path("{token}")
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<String>> byLink(
            @PathParam("token") String link, @Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        Optional<UnsubscribeToken.Subject> subject = token.verify(link);
        if (subject.isEmpty()) {
            return CompletableFuture.completedStage(LinkPage.UNKNOWN.answer(routing));
        }
        Unsubscribe.UnsubscribeRequest asked = asked(request, Unsubscribe.UnsubscribeSource.ONE_CLICK, null);
        return request.submit(executors.forms(), () -> unsubscribe.byLink(subject.get(), asked))
                .thenApply(result -> DONE.answer(routing));
    }

    private Unsubscribe.UnsubscribeRequest asked(
            RequestContext request, Unsubscribe.UnsubscribeSource source, @Nullable String reason) {
        return new Unsubscribe.UnsubscribeRequest(
                source, reason, attribution.addressHash(request.client()), clock.instant());
    }
}
