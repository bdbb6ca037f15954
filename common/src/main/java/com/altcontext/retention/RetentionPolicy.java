package com.altcontext.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long data is kept. A UTC day of raw events is kept while any part of it is less than this number of days ago: at
 * any time on 1 April, 90 days keep the events since the start of 1 January (31 + 28 + 31 days before).
 *
 * @param eventDays {@code RAW_EVENT_RETENTION_DAYS}, at least 1
 * @param rollupMonths {@code ROLLUP_RETENTION_MONTHS}, of daily rollups and counted rejections, at least 1; none of them goes
 *     before the raw events of its day
 * @param unconfirmedLeadDays {@code UNCONFIRMED_LEAD_DAYS}, see {@link UnconfirmedLeads}
 * @param submissionDays of what was filled into forms; null to keep it as long as the lead
 */
public record RetentionPolicy(
        int eventDays,
        int rollupMonths,
        int unconfirmedLeadDays,
        @Nullable Integer submissionDays) {
    public static final int DEFAULT_EVENT_DAYS = 90;
    public static final int DEFAULT_ROLLUP_MONTHS = 24;
    public static final int DEFAULT_UNCONFIRMED_LEAD_DAYS = 30;

    public static final RetentionPolicy DEFAULT =
            new RetentionPolicy(DEFAULT_EVENT_DAYS, DEFAULT_ROLLUP_MONTHS, DEFAULT_UNCONFIRMED_LEAD_DAYS, null);

    /** Time enough for an operator to look at messages that were set aside, which may hold what was filled into a form. */
    public static final int SET_ASIDE_MESSAGE_DAYS = 30;

    /** The allowed values of the variables: an event may arrive 7 days late, and a rollup needs the whole day. */
    public static final int MIN_EVENT_DAYS = 8;

    public static final int MAX_EVENT_DAYS = 3_650;
    public static final int MIN_ROLLUP_MONTHS = 1;
    public static final int MAX_ROLLUP_MONTHS = 240;

    /** The link of a confirmation mail works for 14 days. */
    public static final int MIN_UNCONFIRMED_LEAD_DAYS = 15;

    public static final int MAX_UNCONFIRMED_LEAD_DAYS = 3_650;

    /** Before each daily purge, a day is overdue by one; after a purge that was missed, by two. */
    public static final int MAX_DAYS_OVERDUE = 2;

    public RetentionPolicy {
        if (eventDays < 1) {
            throw new IllegalArgumentException("RAW_EVENT_RETENTION_DAYS must be at least 1");
        }
        if (rollupMonths < 1) {
            throw new IllegalArgumentException("ROLLUP_RETENTION_MONTHS must be at least 1");
        }
    }

    /** The first day whose raw events are kept: today less {@code eventDays}. */
    public LocalDate eventsKeptFrom(Instant now) {
        return today(now).minusDays(eventDays);
    }

    /**
     * The first day whose rollups and rejections are kept: today minus this number of months (in a shorter month, its
     * last day), but no later than the first day of raw events, from which the next rollup would compute them again.
     */
    public LocalDate rollupsKeptFrom(Instant now) {
        LocalDate byMonths = today(now).minusMonths(rollupMonths);
        LocalDate events = eventsKeptFrom(now);
        return byMonths.isBefore(events) ? byMonths : events;
    }

    /** Leads that were never confirmed and last active before this are removed. */
    Instant unconfirmedLeadsKeptFrom(Instant now) {
        return now.minus(Duration.ofDays(unconfirmedLeadDays));
    }

    /** Messages that were set aside before this are removed. */
    Instant messagesKeptFrom(Instant now) {
        return now.minus(Duration.ofDays(SET_ASIDE_MESSAGE_DAYS));
    }

    /** Submissions from before this are removed; null if all stay. */
    @Nullable
    Instant submissionsKeptFrom(Instant now) {
        return submissionDays == null ? null : now.minus(Duration.ofDays(submissionDays));
    }

    /** How many days the raw events of this day have outlived their retention; 0 if they have not. */
    public long daysOverdue(LocalDate day, Instant now) {
        return Math.max(0, ChronoUnit.DAYS.between(day, eventsKeptFrom(now)));
    }

    private static LocalDate today(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC);
    }
}
