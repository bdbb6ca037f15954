package com.altcontext.api.lead;

import com.altcontext.api.http.LinkPage;
import com.altcontext.api.http.RequestContext;
import com.altcontext.consent.Confirmation;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.value.Language;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/leads/confirm/{token}}: the link by which the owner of an address confirms forms. */
@Path("/v1/leads/confirm/{token}")
public class ConfirmationResource {
    private static final LinkPage DONE = LinkPage.of(
            200,
            "Thank you",
            "Your address is confirmed. You can unsubscribe at any time by the link in our e-mail.",
            "Merci",
            "Votre adresse est confirmée. Vous pourrez vous désabonner en tout temps par le lien de nos courriels.");

    private static final LinkPage OVER = LinkPage.of(
            410,
            "This link no longer works",
            "It has expired, or you have unsubscribed since. To get e-mail from us, please fill in the form again.",
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

    @GET
    public CompletionStage<RestResponse<String>> ask(@PathParam("token") String link, @Context RoutingContext routing) {
        return answer(link, routing, (request, now) -> page(request, LinkPage.language(routing), false, now));
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<String>> confirm(
            @PathParam("token") String link, @Context RoutingContext routing) {
        RequestContext context = RequestContext.of(routing);
        ConfirmationPage.Answer answer = ConfirmationPage.Answer.read(context.takeBody());
        byte[] ipHash = attribution.addressHash(context.client());
        return answer(link, routing, (request, now) -> {
            List<Long> chosen = answer.chosen().isEmpty() && !answer.isListed() ? only(request, now) : answer.chosen();
            if (chosen.isEmpty()) {
                return page(request, LinkPage.language(routing), true, now);
            }
            return confirmation.confirm(request, chosen, ipHash, now) ? DONE : OVER;
        });
    }

    private CompletionStage<RestResponse<String>> answer(
            String link, RoutingContext routing, BiFunction<ConfirmationToken.Request, Instant, LinkPage> page) {
        Instant now = clock.instant();
        ConfirmationToken.Request request = token.verify(link).orElse(null);
        if (request == null || request.isExpired(now)) {
            return CompletableFuture.completedStage((request == null ? LinkPage.UNKNOWN : OVER).answer(routing));
        }
        return RequestContext.of(routing)
                .submit(executors.forms(), () -> page.apply(request, now))
                .thenApply(made -> made.answer(routing));
    }

    private LinkPage page(ConfirmationToken.Request request, Language language, boolean isRepeated, Instant now) {
        Confirmation.Question question =
                confirmation.ask(request, language, now).orElse(null);
        if (question == null) {
            return OVER;
        }
        if (question.choices().isEmpty()) {
            return question.isAnswered() ? DONE : OVER;
        }
        return LinkPage.of(200, ConfirmationPage.of(language, question, isRepeated));
    }

    /** A body without fields confirms the only form that waits. */
    private List<Long> only(ConfirmationToken.Request request, Instant now) {
        List<Confirmation.Choice> choices = confirmation
                .ask(request, Language.ENGLISH, now)
                .map(Confirmation.Question::choices)
                .orElse(List.of());
        return choices.size() == 1 ? List.of(choices.getFirst().id()) : List.of();
    }
}
