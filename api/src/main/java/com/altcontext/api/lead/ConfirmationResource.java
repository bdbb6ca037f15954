package com.altcontext.api.lead;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.api.http.Public;
import com.altcontext.api.http.RateLimited;
import com.altcontext.api.http.RequestContext;
import com.altcontext.client.Limit;
import com.altcontext.consent.Confirmation;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.RequestAttribution;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpHeaders;
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
    @Public
    @RateLimited(Limit.UNSUBSCRIBE)
    @NonBlocking
    public RestResponse<String> ask(@PathParam("token") String link, @Context RoutingContext routing) {
        return page(
                routing,
                token.verify(link)
                        .map(request -> request.isOver(clock.instant()) ? ConfirmationPage.OVER : ConfirmationPage.ASK)
                        .orElse(ConfirmationPage.UNKNOWN));
    }

    /** The button of that page. A body is not read. */
    @POST
    @Public
    @RateLimited(Limit.UNSUBSCRIBE)
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<String>> confirm(
            @PathParam("token") String link, @Context RoutingContext routing) {
        Instant now = clock.instant();
        ConfirmationToken.Request request = token.verify(link).orElse(null);
        if (request == null || request.isOver(now)) {
            return CompletableFuture.completedStage(
                    page(routing, request == null ? ConfirmationPage.UNKNOWN : ConfirmationPage.OVER));
        }
        RequestContext context = RequestContext.of(routing);
        byte[] ipHash = attribution.addressHash(context.client());
        return context.submit(executors.forms(), () -> confirmation.confirm(request, ipHash, now))
                .thenApply(confirmed -> page(routing, confirmed ? ConfirmationPage.DONE : ConfirmationPage.OVER));
    }

    private static RestResponse<String> page(RoutingContext routing, ConfirmationPage page) {
        HtmlPage.setHeaders(routing.response());
        return RestResponse.ResponseBuilder.<String>create(page.status)
                .entity(page.in(routing.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE)))
                .header("Content-Type", HtmlPage.TYPE)
                .build();
    }
}
