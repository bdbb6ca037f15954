package com.altcontext.api;

import com.altcontext.attribution.DeviceType;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/events}: one event, answered after its commit, without holding a thread meanwhile. */
@Path("/v1/events")
public class EventResource {
    private final EventIntake intake;
    private final GroupCommit groupCommit;
    private final Tally tally;

    EventResource(EventIntake intake, GroupCommit groupCommit, Tally tally) {
        this.intake = intake;
        this.groupCommit = groupCommit;
        this.tally = tally;
    }

    /** The answer to an event; one that was dropped has no ids. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(
            boolean ok,
            @Nullable UUID eventId,
            @Nullable UUID visitorId,
            @Nullable UUID sessionId) {
        private static final Answer DROPPED = new Answer(true, null, null, null);

        private static Answer of(Receipt receipt) {
            return new Answer(true, receipt.eventId(), receipt.visitorId(), receipt.sessionId());
        }
    }

    @POST
    public CompletionStage<RestResponse<Object>> post(@Context RoutingContext context) {
        Client client = Client.of(context);
        Issues issues = new Issues();
        JsonNode body = JsonBody.read(context.body().buffer().getBytes(), issues);
        if (body == null) {
            tally.refused(intake.propertyOf(client).id(), Endpoint.EVENTS, Problem.INVALID_REQUEST);
            throw new Rejected(issues.list());
        }
        return switch (intake.judge(body, client, issues)) {
            case EventIntake.Judgement.Refuse refuse -> {
                tally.refused(refuse.propertyId(), Endpoint.EVENTS, Problem.INVALID_REQUEST);
                throw new Rejected(refuse.issues());
            }
            case EventIntake.Judgement.Drop drop -> {
                tally.dropped(drop.propertyId(), Endpoint.EVENTS, drop.reason());
                yield CompletableFuture.completedFuture(accepted("dropped", Answer.DROPPED));
            }
            case EventIntake.Judgement.Store store ->
                groupCommit.submit(List.of(store.event())).thenApply(outcomes -> answer(outcomes.getFirst()));
        };
    }

    private RestResponse<Object> answer(Outcome outcome) {
        tally.decided(outcome);
        return switch (outcome) {
            case Outcome.Stored(Receipt receipt, DeviceType device) ->
                accepted(device == DeviceType.BOT ? "bot" : "stored", Answer.of(receipt));
            case Outcome.Duplicate(Receipt receipt) -> accepted("duplicate", Answer.of(receipt));
            case Outcome.Dropped dropped -> accepted("dropped", Answer.DROPPED);
            case Outcome.Unstorable unstorable -> Failures.answer(Problem.INTERNAL_ERROR);
        };
    }

    private static RestResponse<Object> accepted(String outcome, Answer answer) {
        return RestResponse.ResponseBuilder.<Object>create(RestResponse.Status.ACCEPTED)
                .entity(answer)
                .header("x-outcome", outcome)
                .build();
    }
}
