package com.altcontext.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long data is kept. A UTC day of raw events is kept while any part of it is less than {@code eventDays} days
 * ago: at any time on 1 April, 90 days keep the events since the start of 1 January (31 + 28 + 31 days before).
 *
 * @param eventDays {@code RAW_EVENT_RETENTION_DAYS}, at least 1
 * @param rollupMonths {@code ROLLUP_RETENTION_MONTHS}, for daily rollups and counted rejections, at least 1; they are
 *     kept at least as long as the raw events of their day
 * @param unconfirmedLeadDays {@code UNCONFIRMED_LEAD_DAYS}, see {@link UnconfirmedLeads}
 * @param submissionDays how long form submissions are kept; null for as long as their lead
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

    /**
     * How long messages that were set aside are kept, so that an operator can look at them. They may hold what was
     * filled into a form.
     */
    public static final int SET_ASIDE_MESSAGE_DAYS = 30;

    /** The allowed values of the variables. An event may arrive 7 days late, and a rollup needs the whole day. */
    public static final int MIN_EVENT_DAYS = 8;

    public static final int MAX_EVENT_DAYS = 3_650;
    public static final int MIN_ROLLUP_MONTHS = 1;
    public static final int MAX_ROLLUP_MONTHS = 240;

    /** The link of a confirmation mail works for 14 days. */
    public static final int MIN_UNCONFIRMED_LEAD_DAYS = 15;

    public static final int MAX_UNCONFIRMED_LEAD_DAYS = 3_650;

    /** How overdue a day may be without a fault: by one day before each daily purge, by two if one purge was missed. */
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

    /** Unconfirmed leads that were last active before this time are removed. */
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
