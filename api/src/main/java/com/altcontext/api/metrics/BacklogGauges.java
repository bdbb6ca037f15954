package com.altcontext.api.metrics;

import com.altcontext.db.Sql;
import com.altcontext.metrics.Rollup;
import com.altcontext.metrics.RollupStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.LocalDate;
import java.util.function.ToDoubleFunction;

/** What should have been done in the database by now and is not, as gauges that an alert can watch. */
public final class BacklogGauges {
    /** Counted no further: that there are any is what matters. */
    private static final String STRAYS = "SELECT count(*) FROM (SELECT FROM events_default LIMIT 10000) AS strays";

    /** A day on which the service slept has a partition all the same. */
    private static final String HAS_EVENTS = "SELECT EXISTS (SELECT FROM events WHERE day = ?)";

    private final Sql sql;
    private final Rollup rollup;
    private volatile Seen seen = new Seen(Double.NaN, Double.NaN, Double.NaN);

    public BacklogGauges(Sql sql, Rollup rollup) {
        this.sql = sql;
        this.rollup = rollup;
    }

    public void register(MeterRegistry meters) {
        gauge(meters, "altcontext.rollup.lag.days", "from the latest day with figures to today", Seen::lagDays);
        gauge(meters, "altcontext.rollup.gaps", "days before today that have events and no figures", Seen::gaps);
        gauge(meters, "altcontext.events.strays", "events that no day's partition took, at most 10000", Seen::strays);
    }

    /** Not a number until it was first looked at. */
    private record Seen(double lagDays, double gaps, double strays) {}

    private void gauge(MeterRegistry meters, String name, String description, ToDoubleFunction<Seen> value) {
        Gauge.builder(name, this, gauges -> value.applyAsDouble(gauges.seen))
                .description(description)
                .register(meters);
    }

    /** Looks: short statements, and one for each day that has no figures, of which there are none or few. */
    public void look() {
        RollupStatus rollups = rollup.status();
        seen = sql.inTransaction(tx -> {
            long gaps = 0;
            for (LocalDate day : rollups.gaps()) {
                gaps += tx.query(HAS_EVENTS, row -> row.flag(1), day).getFirst() ? 1 : 0;
            }
            long strays = tx.query(STRAYS, row -> row.number(1)).getFirst();
            Integer lag = rollups.lagDays();
            return new Seen(lag == null ? Double.NaN : lag, gaps, strays);
        });
    }
}
