package com.altcontext.api;

import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Unavailable;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events}: one event, answered after its commit, without holding a thread meanwhile.
 *
 * <p>The two doors for events stand directly behind {@link Edge} instead of being Quarkus REST resources: they are most
 * of the traffic, and the resource layer cost a third of the processor time of each such request.
 */
final class EventDoor {
    private final EventIntake intake;
    private final GroupCommit groupCommit;
    private final MemoryBudget memory;
    private final Tally tally;

    EventDoor(EventIntake intake, GroupCommit groupCommit, MemoryBudget memory, Tally tally) {
        this.intake = intake;
        this.groupCommit = groupCommit;
        this.memory = memory;
        this.tally = tally;
    }

    void post(Exchange exchange, byte[] body) {
        Issues issues = new Issues();
        JsonNode json = JsonBody.read(body, issues);
        EventIntake.Judgement judgement = intake.judge(json, exchange.client, issues);
        switch (judgement) {
            case EventIntake.Judgement.Refuse refuse -> {
                tally.refused(refuse.propertyId(), exchange.endpoint, Problem.INVALID_REQUEST);
                exchange.failed(Problem.INVALID_REQUEST, refuse.issues());
            }
            case EventIntake.Judgement.Drop drop -> {
                tally.dropped(drop.propertyId(), exchange.endpoint, drop.reason());
                exchange.accepted("dropped", Replies.DROPPED);
            }
            case EventIntake.Judgement.Store store -> {
                MemoryBudget.Reservation waiting = memory.reserve(exchange.weight());
                try {
                    var _ = groupCommit
                            .submit(List.of(store.event()))
                            .whenComplete((outcomes, failure) -> exchange.later(() -> {
                                waiting.release();
                                answer(exchange, outcomes, failure);
                            }));
                } catch (Unavailable full) {
                    waiting.release();
                    throw full;
                }
            }
        }
    }

    private void answer(Exchange exchange, List<Outcome> outcomes, @Nullable Throwable failure) {
        if (failure != null) {
            exchange.failed(failure);
            return;
        }
        Outcome outcome = outcomes.getFirst();
        tally.decided(outcome);
        switch (outcome) {
            case Outcome.Stored(Receipt receipt, var device) ->
                exchange.accepted(Replies.word(outcome), Replies.stored(receipt));
            case Outcome.Duplicate(Receipt receipt) ->
                exchange.accepted(Replies.word(outcome), Replies.stored(receipt));
            case Outcome.Dropped dropped -> exchange.accepted(Replies.word(outcome), Replies.DROPPED);
            case Outcome.Unstorable(String sqlState) -> {
                exchange.logUnstorable(sqlState);
                exchange.failed(Problem.INTERNAL_ERROR, List.of());
            }
        }
    }
}
