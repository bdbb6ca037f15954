package com.altcontext.api.metrics;

import com.altcontext.metrics.FigureSource;
import com.altcontext.metrics.Summary.Freshness;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.metrics.query.Funnel;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A funnel as JSON.
 *
 * @param sessions the sessions of the window that match the filter
 */
public record FunnelBody(
        boolean ok,
        Window window,
        String from,
        SummaryBody.FreshnessBody freshness,
        long sessions,
        List<StepBody> steps) {

    /**
     * A step of the funnel.
     *
     * @param sessions the sessions that reached the step
     * @param share their share of the sessions that reached the step before (for the first step, of all sessions); null
     *     if there are none
     */
    public record StepBody(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String path,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String event,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, String> props,

            long sessions,
            @Nullable Number share) {
        static StepBody of(Goal step, long sessions, long before) {
            Number share = before == 0 ? null : SummaryBody.figure(sessions / (double) before);
            return switch (step.target()) {
                case Goal.Page page -> new StepBody(page.pattern(), null, null, sessions, share);
                case Goal.CustomEvent event -> {
                    Goal.Prop prop = event.prop();
                    yield new StepBody(
                            null,
                            event.type(),
                            prop == null ? null : Map.of(prop.key(), prop.value()),
                            sessions,
                            share);
                }
            };
        }
    }

    static FunnelBody of(Window window, Funnel funnel, List<Long> counts, Instant now) {
        List<StepBody> steps = new ArrayList<>();
        for (int i = 0; i < funnel.steps().size(); i++) {
            steps.add(StepBody.of(funnel.steps().get(i), counts.get(i + 1), counts.get(i)));
        }
        return new FunnelBody(
                true,
                window,
                FigureSource.RAW.key(),
                SummaryBody.FreshnessBody.of(Freshness.ofRaw(now)),
                counts.getFirst(),
                steps);
    }
}
