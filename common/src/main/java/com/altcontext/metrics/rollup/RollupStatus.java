package com.altcontext.metrics.rollup;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fresh the rollups are.
 *
 * @param rolledUpThrough the latest day that was rolled up for all properties; null if none was
 * @param rolledUpAt when that day was rolled up
 * @param lagDays number of days from that day to today; null if none was rolled up
 * @param gaps days before today that have raw events but no rollup
 * @param unsettled days whose latest rollup was computed while late events could still arrive, or by another time zone;
 *     today is one of them
 */
public record RollupStatus(
        @Nullable LocalDate rolledUpThrough,
        @Nullable Instant rolledUpAt,
        @Nullable Integer lagDays,
        List<LocalDate> gaps,
        List<LocalDate> unsettled) {}
