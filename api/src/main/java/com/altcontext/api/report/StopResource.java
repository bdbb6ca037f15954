package com.altcontext.api.report;

import com.altcontext.api.http.LinkPage;
import com.altcontext.api.http.RequestContext;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Recipients;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.report.StopToken;
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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/reports/stop/{token}}: the link by which a recipient stops the weekly report. */
@Path("/v1/reports/stop/{token}")
public class StopResource {
    private static final LinkPage ASK = LinkPage.asking(
            "Stop the weekly report",
            "Press the button to get no more weekly reports of this site.",
            "Stop",
            "Ne plus recevoir le rapport",
            "Appuyez sur le bouton pour ne plus recevoir le rapport hebdomadaire de ce site.",
            "Arrêter");

    private static final LinkPage DONE = LinkPage.of(
            200,
            "The report is stopped",
            "You will get no more weekly reports of this site.",
            "Le rapport est arrêté",
            "Vous ne recevrez plus le rapport hebdomadaire de ce site.");

    private final StopToken token;
    private final Sql sql;
    private final DatabaseExecutors executors;
    private final InstantSource clock;

    StopResource(StopToken token, Sql sql, DatabaseExecutors executors, InstantSource clock) {
        this.token = token;
        this.sql = sql;
        this.executors = executors;
        this.clock = clock;
    }

    @GET
    @NonBlocking
    public RestResponse<String> ask(@PathParam("token") String link, @Context RoutingContext routing) {
        return (token.verify(link).isPresent() ? ASK : LinkPage.UNKNOWN).answer(routing);
    }

    /** Handles the button of the page, or that of a mail program (RFC 8058). The body is not read. */
    @POST
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<RestResponse<String>> stop(
            @PathParam("token") String link, @Context RoutingContext routing) {
        Optional<UUID> recipient = token.verify(link);
        if (recipient.isEmpty()) {
            return CompletableFuture.completedStage(LinkPage.UNKNOWN.answer(routing));
        }
        Instant now = clock.instant();
        return RequestContext.of(routing)
                .submit(
                        executors.forms(),
                        () -> sql.inTransaction(tx -> {
                            Recipients.stop(tx, recipient.get(), now);
                            return DONE;
                        }))
                .thenApply(done -> done.answer(routing));
    }
}
