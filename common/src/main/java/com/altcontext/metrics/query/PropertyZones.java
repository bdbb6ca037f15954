package com.altcontext.metrics.query;

import com.altcontext.metrics.Window;
import com.altcontext.property.Property;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The properties of a query, by time zone. */
public record PropertyZones(Map<ZoneId, List<String>> slugs) {
    public PropertyZones {
        slugs = Collections.unmodifiableMap(new LinkedHashMap<>(slugs));
    }

    /** @param properties at least one */
    public static PropertyZones of(Collection<Property> properties) {
        Map<ZoneId, List<String>> slugs = new LinkedHashMap<>();
        properties.stream()
                .sorted((one, other) -> one.id().compareTo(other.id()))
                .forEach(each -> slugs.computeIfAbsent(each.timeZone(), _ -> new ArrayList<>())
                        .add(each.id()));
        return new PropertyZones(slugs);
    }

    /** The latest current day of these properties. */
    public LocalDate latestToday(Instant now) {
        return slugs.keySet().stream()
                .map(zone -> LocalDate.ofInstant(now, zone))
                .max(LocalDate::compareTo)
                .orElseThrow();
    }

    /** The earliest current day of these properties. Earlier days are over for all of them. */
    public LocalDate earliestToday(Instant now) {
        return slugs.keySet().stream()
                .map(zone -> LocalDate.ofInstant(now, zone))
                .min(LocalDate::compareTo)
                .orElseThrow();
    }

    /** A window as a range of time in each zone. */
    public List<ZoneWindow> windows(Window window) {
        return each(window, (zone, end) -> end);
    }

    /**
     * Like {@link #windows}, for comparison with the window that many days later. If that window is not over, each
     * range ends at the current time of day in its zone.
     */
    public List<ZoneWindow> windowsUntil(Window window, Instant now, int daysLater) {
        return each(window, (zone, end) -> {
            LocalDateTime then = LocalDateTime.ofInstant(now, zone).minusDays(daysLater);
            Instant part = then.atZone(zone).toInstant();
            return part.isBefore(end) ? part : end;
        });
    }

    /** One range of time, for the properties of each zone. */
    List<ZoneWindow> since(Instant start, Instant end) {
        List<ZoneWindow> windows = new ArrayList<>();
        slugs.forEach((zone, properties) -> windows.add(new ZoneWindow(zone, properties, start, end)));
        return windows;
    }

    private List<ZoneWindow> each(Window window, BiFunction<ZoneId, Instant, Instant> end) {
        List<ZoneWindow> windows = new ArrayList<>();
        slugs.forEach((zone, properties) -> {
            Instant start = window.from().atStartOfDay(zone).toInstant();
            Instant whole = window.to().plusDays(1).atStartOfDay(zone).toInstant();
            Instant until = end.apply(zone, whole);
            windows.add(new ZoneWindow(
                    zone, properties, start, until.isBefore(start) ? start : until, until.isBefore(whole)));
        });
        return windows;
    }

    /** Whether the window is not over yet for at least one of these properties. */
    public boolean includesNow(Window window, Instant now) {
        return !window.to().isBefore(earliestToday(now));
    }
}
