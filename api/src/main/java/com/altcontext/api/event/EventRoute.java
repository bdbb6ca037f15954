package com.altcontext.api.event;

import com.altcontext.api.http.DirectHandler;
import com.altcontext.api.http.DirectRoute;
import com.altcontext.api.http.ErrorMapper;
import com.altcontext.api.http.JsonBody;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.Public;
import com.altcontext.api.http.RateLimited;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.RequestMetrics;
import com.altcontext.client.Limit;
import com.altcontext.event.Outcome;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Unavailable;
import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events}: takes one event in. Its steps: read the JSON, judge the event, submit it to the writer, and answer after
 * the commit. No thread waits meanwhile.
 *
 * <p>The two routes for events are most of the traffic, so they stand before Quarkus REST: see docs/performance.md.
 */
@Singleton
public final class EventRoute implements DirectHandler {
    private final EventJudge judge;
    private final GroupCommit groupCommit;
    private final MemoryBudget memory;
    private final RequestMetrics requests;
    private final IngestMetrics metrics;
    private final ErrorMapper errors;

    EventRoute(
            EventJudge judge,
            GroupCommit groupCommit,
            MemoryBudget memory,
            RequestMetrics requests,
            IngestMetrics metrics,
            ErrorMapper errors) {
        this.judge = judge;
        this.groupCommit = groupCommit;
        this.memory = memory;
        this.requests = requests;
        this.metrics = metrics;
        this.errors = errors;
    }

    @Override
    @DirectRoute("/v1/events")
    @Public
    @RateLimited(Limit.EVENTS)
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public void handle(RequestContext request, byte[] body) {
        Issues issues = new Issues();
        JsonNode json = JsonBody.read(body, issues);
        switch (judge.judge(json, request.client(), issues)) {
            case EventJudge.Judgement.Refuse refuse ->
                throw Refusal.invalid(issues, refuse.property().id());
            case EventJudge.Judgement.Drop drop -> {
                requests.dropped(drop.property().id(), request.route(), drop.reason());
                EventAnswer.of(new Outcome.Dropped(drop.reason())).send(request.response());
            }
            case EventJudge.Judgement.Store store -> {
                MemoryBudget.Reservation waiting = memory.reserve(request.weight());
                try {
                    var _ = groupCommit
                            .submit(List.of(store.event()))
                            .whenComplete((outcomes, failure) -> request.onEventLoop(() -> {
                                waiting.release();
                                answer(request, outcomes, failure);
                            }));
                } catch (Unavailable full) {
                    waiting.release();
                    throw full;
                }
            }
        }
    }

    private void answer(RequestContext request, List<Outcome> outcomes, @Nullable Throwable failure) {
        if (failure != null) {
            errors.answer(request, failure);
            return;
        }
        Outcome outcome = outcomes.getFirst();
        metrics.decided(outcome);
        if (outcome instanceof Outcome.Unstorable(String sqlState)) {
            ErrorMapper.logUnstorable(request, sqlState);
            errors.answer(request, new Refusal(Problem.INTERNAL_ERROR));
        } else {
            EventAnswer.of(outcome).send(request.response());
        }
    }
}
