package com.altcontext.api.metrics;

import com.altcontext.db.Sql;
import com.altcontext.metrics.Backlog;
import com.altcontext.metrics.Rollup;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The {@link Backlog} as gauges that an alert can watch. */
@Singleton
public final class BacklogGauges {
    private final Sql sql;
    private final Rollup rollup;
    private volatile @Nullable Backlog backlog;

    BacklogGauges(Sql sql, InstantSource clock) {
        this.sql = sql;
        this.rollup = new Rollup(sql, clock);
    }

    public void register(MeterRegistry meters) {
        gauge(
                meters,
                "altcontext.rollup.lag.days",
                "from the latest day with figures to today",
                seen -> seen.lagDays() == null ? Double.NaN : seen.lagDays());
        gauge(meters, "altcontext.rollup.gaps", "days before today that have events and no figures", Backlog::gaps);
        gauge(
                meters,
                "altcontext.events.strays",
                "events that no day's partition took, at most 10000",
                Backlog::strays);
    }

    /** Not a number until it was first read. */
    private void gauge(MeterRegistry meters, String name, String description, ToDoubleFunction<Backlog> value) {
        Gauge.builder(name, this, gauges -> {
                    Backlog seen = gauges.backlog;
                    return seen == null ? Double.NaN : value.applyAsDouble(seen);
                })
                .description(description)
                .register(meters);
    }

    public void look() {
        backlog = Backlog.read(sql, rollup);
    }
}
