package com.altcontext.api.lead;

import com.altcontext.api.http.LinkPage;
import com.altcontext.api.http.RequestContext;
import com.altcontext.consent.Confirmation;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code /v1/leads/confirm/{token}}: the link by which an address confirms what a form said for it. The page changes nothing until
 * its button is pressed, since mail scanners follow every link.
 */
@Path("/v1/leads/confirm/{token}")
public class ConfirmationResource {
    private static final LinkPage ASK = LinkPage.asking(
            "Confirm your address",
            "Press the button to get e-mail from us. You can unsubscribe at any time.",
            "Confirm",
            "Confirmer votre adresse",
            "Appuyez sur le bouton pour recevoir nos courriels. Vous pourrez vous désabonner en tout temps.",
            "Confirmer");

    private static final LinkPage DONE = LinkPage.of(
            200,
            "Thank you",
            "Your address is confirmed. You can unsubscribe at any time by the link in our e-mail.",
            "Merci",
            "Votre adresse est confirmée. Vous pourrez vous désabonner en tout temps par le lien de nos courriels.");

    private static final LinkPage OVER = LinkPage.of(
            410,
            "This link no longer works",
            "It has ended, or you have unsubscribed since. To get e-mail from us, please fill in the form again.",
            "Ce lien ne fonctionne plus",
            "Il est échu, ou vous vous êtes désabonné depuis. Pour recevoir nos courriels, veuillez remplir le formulaire à"
                    + " nouveau.");

    private final Confirmation confirmation;
    private final ConfirmationToken token;
    private final RequestAttribution attribution;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    ConfirmationResource(
            Confirmation confirmation,
            ConfirmationToken token,
            RequestAttribution attribution,
            DatabaseExecutors executors,
            InstantSource clock) {
        this.confirmation = confirmation;
        this.token = token;
        this.attribution = attribution;
        this.executors = executors;
        this.clock = clock;
    }

    /** The page of a link, with its button. */
    @GET
    @NonBlocking
    public RestResponse<String> ask(@PathParam("token") String link, @Context RoutingContext routing) {
        return token.verify(link)
                .map(request -> request.isOver(clock.instant()) ? OVER : ASK)
                .orElse(LinkPage.UNKNOWN)
                .answer(routing);
    }

    /** The button of that page. A body is not read. */
    @POST
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<String>> confirm(
            @PathParam("token") String link, @Context RoutingContext routing) {
        Instant now = clock.instant();
        ConfirmationToken.Request request = token.verify(link).orElse(null);
        if (request == null || request.isOver(now)) {
            return CompletableFuture.completedStage((request == null ? LinkPage.UNKNOWN : OVER).answer(routing));
        }
        RequestContext context = RequestContext.of(routing);
        byte[] ipHash = attribution.addressHash(context.client());
        return context.submit(executors.forms(), () -> confirmation.confirm(request, ipHash, now))
                .thenApply(confirmed -> (confirmed ? DONE : OVER).answer(routing));
    }
}
