package com.altcontext.api;

import com.altcontext.api.config.AppConfig;
import com.altcontext.db.Sql;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.metrics.goal.Goals;
import com.altcontext.metrics.query.LeadBreakdowns;
import com.altcontext.metrics.query.QueryEngine;
import com.altcontext.metrics.query.RawBreakdowns;
import com.altcontext.metrics.query.RawSummaries;
import com.altcontext.metrics.summary.Breakdowns;
import com.altcontext.metrics.summary.RollupSource;
import com.altcontext.metrics.summary.Summaries;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;

/** Makes the objects that answer questions about figures. */
@Singleton
class FiguresWiring {
    /**
     * Reading a year of hundreds of properties takes seconds. The timeout is shorter than that of an idle connection
     * (75 s), so the client is still connected when the answer comes.
     */
    private static final Duration FIGURES_TIMEOUT = Duration.ofMinutes(1);

    @Singleton
    Summaries summaries(AppConfig config, Sql sql, InstantSource clock) {
        RollupSource source = config.metrics().useMaterializedView() ? RollupSource.VIEW : RollupSource.TABLES;
        return new Summaries(sql.withTimeout(FIGURES_TIMEOUT), source, clock);
    }

    @Singleton
    Goals goals(Sql sql) {
        return new Goals(sql);
    }

    @Singleton
    Breakdowns breakdowns(Sql sql) {
        return new Breakdowns(sql.withTimeout(FIGURES_TIMEOUT));
    }

    @Singleton
    QueryEngine queryEngine(AppConfig config, Sql sql, InstantSource clock, GroupCommit groupCommit) {
        return new QueryEngine(sql, clock, config.metrics().queryTimeout(), groupCommit::isBusy);
    }

    @Singleton
    RawSummaries rawSummaries(QueryEngine engine) {
        return new RawSummaries(engine);
    }

    @Singleton
    LeadBreakdowns leadBreakdowns(QueryEngine engine) {
        return new LeadBreakdowns(engine);
    }

    @Singleton
    RawBreakdowns rawBreakdowns(QueryEngine engine) {
        return new RawBreakdowns(engine);
    }
}
