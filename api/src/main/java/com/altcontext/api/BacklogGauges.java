package com.altcontext.api;

import com.altcontext.api.config.AppConfig;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxBacklog;
import com.altcontext.metrics.rollup.Backlog;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.retention.OverdueEvents;
import com.altcontext.retention.RetentionPolicy;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Gauges for alerts: the {@link Backlog}, waiting messages, and an overdue purge. */
@Singleton
final class BacklogGauges {
    private final Sql sql;
    private final RollupDays rollups;
    private final InstantSource clock;
    private final RetentionPolicy retention;
    private volatile @Nullable Backlog backlog;
    private volatile double oldestMessageSeconds = Double.NaN;
    private volatile double messagesSetAside = Double.NaN;
    private volatile double purgeOverdueDays = Double.NaN;

    BacklogGauges(Sql sql, InstantSource clock, AppConfig config) {
        this.sql = sql;
        this.clock = clock;
        AppConfig.Privacy privacy = config.privacy();
        this.retention = new RetentionPolicy(
                privacy.rawEventDays(), privacy.rollupMonths(), privacy.unconfirmedLeadDays(), null);
        this.rollups = new RollupDays(sql, clock);
    }

    void register(MeterRegistry meters) {
        ServiceGauges.gauge(
                meters,
                "rollup.lag.days",
                "days from the latest day with figures to today",
                () -> known(seen -> seen.lagDays() == null ? Double.NaN : seen.lagDays()));
        ServiceGauges.gauge(
                meters, "rollup.gaps", "days before today that have events but no figures", () -> known(Backlog::gaps));
        ServiceGauges.gauge(
                meters,
                "events.strays",
                "events in the default partition, because their day has no partition; at most 10000",
                () -> known(Backlog::strays));
        ServiceGauges.gauge(
                meters,
                "outbox.oldest.seconds",
                "age of the oldest waiting mail or webhook message",
                () -> oldestMessageSeconds);
        ServiceGauges.gauge(
                meters,
                "outbox.set.aside",
                "mails and webhook messages that were refused, or not delivered within three days",
                () -> messagesSetAside);
        ServiceGauges.gauge(
                meters,
                "purge.overdue.days",
                "days since the oldest raw events should have been purged",
                () -> purgeOverdueDays);
    }

    /** NaN until the backlog was read for the first time. */
    private double known(ToDoubleFunction<Backlog> value) {
        Backlog seen = backlog;
        return seen == null ? Double.NaN : value.applyAsDouble(seen);
    }

    void refresh() {
        backlog = Backlog.read(sql, rollups);
        List<OutboxBacklog> messages = sql.inTransaction(
                tx -> List.of(OutboxBacklog.of(tx, Outbox.Kind.MAIL), OutboxBacklog.of(tx, Outbox.Kind.WEBHOOK)));
        messagesSetAside = messages.stream().mapToLong(OutboxBacklog::setAside).sum();
        Instant now = clock.instant();
        purgeOverdueDays = OverdueEvents.days(sql, retention, now);
        oldestMessageSeconds = messages.stream()
                .map(OutboxBacklog::oldest)
                .filter(Objects::nonNull)
                .mapToDouble(oldest -> Math.max(0, Duration.between(oldest, now).toSeconds()))
                .max()
                .orElse(0);
    }
}
