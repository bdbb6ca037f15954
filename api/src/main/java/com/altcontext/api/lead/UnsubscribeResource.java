package com.altcontext.api.lead;

import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.LinkPage;
import com.altcontext.api.http.OkBody;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.lead.Consent;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.property.Property;
import com.altcontext.value.Fields;
import com.altcontext.value.Html;
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
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/leads/unsubscribe}: withdraws consent by address, with the same answer whether or not the address is a
 * lead's, or by the link in a mail. The page behind the link names the site that the link is about.
 */
@Path("/v1/leads/unsubscribe")
public class UnsubscribeResource {
    /** For a link whose lead was erased. If the address was captured again since, it has a new link. */
    static final LinkPage GONE = LinkPage.of(
            200,
            "Nothing is stored under this link",
            "There is nothing to withdraw here. If you still get e-mail, please use the link in the latest message.",
            "Rien n’est enregistré sous ce lien",
            "Il n’y a rien à retirer ici. Si vous recevez encore des courriels, veuillez utiliser le lien du plus récent.");

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

    /** Answers the same whether the address is known or not. */
    @POST
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<OkBody> byAddress(@Context RoutingContext routing) {
        RequestContext request = RequestContext.of(routing);
        JsonBody.Content body = request.json();
        Fields fields = body.fields();
        Property property = attribution.property(fields, "propertyId", request.client(), body.issues());
        boolean isNamed = fields.has("propertyId");
        Email email = LeadForm.email(fields, body.issues());
        String reason = fields.optionalText("reason", 1, Consent.MAX_REASON);
        if (email == null || !body.issues().isEmpty()) {
            throw Refusal.invalid(body.issues(), property.id());
        }
        Unsubscribe.UnsubscribeRequest asked = asked(request, Unsubscribe.UnsubscribeSource.UNSUBSCRIBE, reason);
        return request.submit(
                        executors.forms(), () -> unsubscribe.byAddress(email, isNamed ? property.id() : null, asked))
                .thenApply(result -> OkBody.OK);
    }

    @GET
    @Path("{token}")
    public CompletionStage<RestResponse<String>> ask(@PathParam("token") String link, @Context RoutingContext routing) {
        return answer(
                link,
                routing,
                subject -> unsubscribe.site(subject).map(site -> asking(site)).orElse(GONE));
    }

    /**
     * Handles the button of the page, or that of a mail program (RFC 8058), which may send either of two body types.
     * The body is ignored.
     */
    @POST
    @Path("{token}")
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<String>> byLink(
            @PathParam("token") String link, @Context RoutingContext routing) {
        Unsubscribe.UnsubscribeRequest asked =
                asked(RequestContext.of(routing), Unsubscribe.UnsubscribeSource.ONE_CLICK, null);
        return answer(link, routing, subject -> {
            Optional<String> site = unsubscribe.site(subject);
            return unsubscribe.byLink(subject, asked).known() == 0 || site.isEmpty() ? GONE : done(site.get());
        });
    }

    private CompletionStage<RestResponse<String>> answer(
            String link, RoutingContext routing, Function<UnsubscribeToken.Subject, LinkPage> page) {
        Optional<UnsubscribeToken.Subject> subject = token.verify(link);
        if (subject.isEmpty()) {
            return CompletableFuture.completedStage(LinkPage.UNKNOWN.answer(routing));
        }
        return RequestContext.of(routing)
                .submit(executors.forms(), () -> page.apply(subject.get()))
                .thenApply(made -> made.answer(routing));
    }

    static LinkPage asking(String site) {
        String name = Html.escaped(site);
        return LinkPage.asking(
                "Unsubscribe",
                "Press the button to get no more e-mail from " + name + ".",
                "Unsubscribe",
                "Se désabonner",
                "Appuyez sur le bouton pour ne plus recevoir de courriels de " + name + ".",
                "Me désabonner");
    }

    /** Consent that the address gave to another site belongs to another lead, and stays. */
    static LinkPage done(String site) {
        String name = Html.escaped(site);
        return LinkPage.of(
                200,
                "You are unsubscribed",
                "You will get no more e-mail from " + name + ". This link is for that site alone.",
                "Vous êtes désabonné",
                "Vous ne recevrez plus de courriels de " + name + ". Ce lien ne concerne que ce site.");
    }

    private Unsubscribe.UnsubscribeRequest asked(
            RequestContext request, Unsubscribe.UnsubscribeSource source, @Nullable String reason) {
        return new Unsubscribe.UnsubscribeRequest(
                source, reason, attribution.addressHash(request.client()), clock.instant());
    }
}
