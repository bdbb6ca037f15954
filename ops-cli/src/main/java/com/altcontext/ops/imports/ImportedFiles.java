package com.altcontext.ops.imports;

import com.altcontext.attribution.ReferrerHost;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.attribution.Utm;
import com.altcontext.metrics.Dimension;
import com.altcontext.metrics.Window;
import com.altcontext.metrics.rollup.ImportedDays.Day;
import com.altcontext.metrics.rollup.ImportedDays.Sum;
import com.altcontext.value.Text;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of an export in Plausible's format. The name of a file tells which kind of figure it holds, with a row for each
 * day and value. {@code imported_visitors} says which days there are. Kinds that are not stored here (browsers, systems)
 * are ignored.
 */
final class ImportedFiles {
    /** The kind that has one row for each day. */
    private static final String DAYS = "visitors";

    /** By kind, the column that says what a row is about. */
    private static final Map<String, String> SUBJECTS = Map.ofEntries(
            Map.entry(DAYS, "date"),
            Map.entry("sources", "source"),
            Map.entry("pages", "page"),
            Map.entry("entry_pages", "entry_page"),
            Map.entry("exit_pages", "exit_page"),
            Map.entry("locations", "country"),
            Map.entry("devices", "device"));

    /** More than any site has in a day, and few enough for sums over all days and properties. */
    private static final long MAX_NUMBER = 1_000_000_000_000L;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,13}");

    private final TrafficSources trafficSources = TrafficSources.load();
    private final Collection<String> ownDomains;
    private final TreeMap<LocalDate, Map<String, String>> days = new TreeMap<>();
    private final Map<LocalDate, Map<String, Long>> sources = new HashMap<>();
    private final Map<LocalDate, Map<Dimension, Map<String, Sum>>> values = new HashMap<>();
    /** By kind of figure and day, the file that the day was read from. */
    private final Map<String, Map<LocalDate, String>> files = new HashMap<>();

    /** @param ownDomains the domains of the property: referrers on these count as internal */
    ImportedFiles(Collection<String> ownDomains) {
        this.ownDomains = ownDomains;
    }

    /** A row breaks the format. The message names the file and the row, and holds no value of it. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Unreadable(String file, int row, String what) {
            super(file + ", row " + row + ": " + what, null, false, true);
        }
    }

    /** Whether the kind of figure of a file with this name is stored here. */
    static boolean isStored(String name) {
        return !kind(name).isEmpty();
    }

    /**
     * Reads a file whose kind of figure is stored here.
     *
     * @throws Unreadable if a row lacks a day or a number that the format requires, or has a day before 1970, or if another file of that
     *     kind has the same day
     */
    void add(String name, String text) {
        String kind = kind(name);
        List<Map<String, String>> rows = rows(name, text, kind);
        Map<LocalDate, String> filesOfDays = files.computeIfAbsent(kind, _ -> new HashMap<>());
        Set<LocalDate> own = new HashSet<>();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).isEmpty()) {
                continue;
            }
            try {
                LocalDate day = LocalDate.parse(rows.get(i).getOrDefault("date", ""));
                if (day.isBefore(Window.EARLIEST)) {
                    throw new Unreadable(name, i + 2, "date must not be before " + Window.EARLIEST);
                }
                boolean isNew = own.add(day);
                String other = isNew ? filesOfDays.put(day, name) : null;
                if (other != null) {
                    throw new Unreadable(name, i + 2, other + " has the same day");
                }
                if (!isNew && kind.equals(DAYS)) {
                    throw new Unreadable(name, i + 2, "another row has the same day");
                }
                add(kind, day, rows.get(i));
                if (kind.equals(DAYS) && number(rows.get(i), "bounces") > number(rows.get(i), "visits")) {
                    throw new Unreadable(name, i + 2, "more bounces than visits");
                }
            } catch (DateTimeException wrong) {
                throw new Unreadable(name, i + 2, "date must be a day like 2026-01-31");
            } catch (NumberFormatException wrong) {
                throw new Unreadable(name, i + 2, wrong.getMessage() + " must be a number like 1234");
            }
        }
    }

    private static List<Map<String, String>> rows(String file, String text, String kind) {
        List<Map<String, String>> rows;
        try {
            rows = CsvReader.rows(text);
        } catch (CsvReader.Malformed wrong) {
            throw new Unreadable(file, wrong.row, String.valueOf(wrong.getMessage()));
        }
        for (int i = 0; i < rows.size(); i++) {
            for (String column : List.of("date", SUBJECTS.getOrDefault(kind, ""))) {
                if (!rows.get(i).isEmpty() && !rows.get(i).containsKey(column)) {
                    throw new Unreadable(file, 1, "there is no column " + column);
                }
            }
            if (!rows.get(i).values().stream().allMatch(Text::isStorable)) {
                throw new Unreadable(file, i + 2, "a value " + Text.UNSTORABLE);
            }
        }
        return rows;
    }

    /** {@code visitors} of {@code imported_visitors.csv} and of {@code imported_visitors_20260101_20260131.csv}. */
    private static String kind(String name) {
        for (String kind : SUBJECTS.keySet()) {
            if (name.matches("imported_" + kind + "(\\W.*|_\\d.*)?")) {
                return kind;
            }
        }
        return "";
    }

    private void add(String kind, LocalDate day, Map<String, String> row) {
        switch (kind) {
            case DAYS -> {
                for (String number : List.of("visitors", "pageviews", "visits", "bounces")) {
                    var _ = number(row, number);
                }
                days.put(day, row);
            }
            case "sources" -> addSource(day, row);
            case "pages" -> add(day, Dimension.PATH, row.get("page"), row, "visits");
            case "entry_pages" -> add(day, Dimension.LANDING_PATH, row.get("entry_page"), row, "entrances");
            case "exit_pages" -> add(day, Dimension.EXIT_PATH, row.get("exit_page"), row, "exits");
            case "locations" -> add(day, Dimension.COUNTRY, country(row.get("country")), row, "visits");
            case "devices" -> add(day, Dimension.DEVICE, device(row.get("device")), row, "visits");
            default -> {}
        }
    }

    private void addSource(LocalDate day, Map<String, String> row) {
        Utm utm = new Utm(
                row.get("utm_source"),
                row.get("utm_medium"),
                row.get("utm_campaign"),
                row.get("utm_term"),
                row.get("utm_content"));
        String given = row.getOrDefault("referrer", "");
        String referrer = given.isEmpty() || given.contains("://") ? given : "https://" + given;
        String source = source(utm, referrer, row.getOrDefault("source", "")).key();
        sources.computeIfAbsent(day, _ -> new HashMap<>()).merge(source, number(row, "visits"), Long::sum);
        add(day, Dimension.TRAFFIC_SOURCE, source, row, "visits");
        add(day, Dimension.REFERRER_HOST, ReferrerHost.of(referrer), row, "visits");
        add(day, Dimension.UTM_SOURCE, utm.source(), row, "visits");
        add(day, Dimension.UTM_MEDIUM, utm.medium(), row, "visits");
        add(day, Dimension.UTM_CAMPAIGN, utm.campaign(), row, "visits");
        add(day, Dimension.UTM_TERM, utm.term(), row, "visits");
        add(day, Dimension.UTM_CONTENT, utm.content(), row, "visits");
    }

    /**
     * Classifies a source by the rules of this system. A name without an address, such as Google, is classified as a UTM source of that
     * name would be, but never as a campaign.
     */
    private TrafficSource source(Utm utm, String referrer, String name) {
        boolean isNameAlone = utm.isEmpty()
                && referrer.isEmpty()
                && !name.isEmpty()
                && !name.toLowerCase(Locale.ROOT).startsWith("direct");
        if (!isNameAlone) {
            return trafficSources.classify(utm, referrer.isEmpty() ? null : referrer, ownDomains);
        }
        TrafficSource named = trafficSources.classify(new Utm(name, null, null, null, null), null, ownDomains);
        return named == TrafficSource.CAMPAIGN ? TrafficSource.REFERRAL : named;
    }

    private static @Nullable String country(@Nullable String code) {
        return code != null && code.matches("[A-Za-z]{2}") ? code.toUpperCase(Locale.ROOT) : null;
    }

    private static @Nullable String device(@Nullable String name) {
        return name == null
                ? null
                : switch (name.toLowerCase(Locale.ROOT)) {
                    case "desktop", "laptop", "ultrawide" -> "desktop";
                    case "mobile" -> "mobile";
                    case "tablet" -> "tablet";
                    default -> "unknown";
                };
    }

    /** @param sessions the column that holds the number of sessions */
    private void add(
            LocalDate day, Dimension dimension, @Nullable String value, Map<String, String> row, String sessions) {
        if (value == null || value.isEmpty()) {
            return;
        }
        Sum sum = new Sum(
                row.containsKey(sessions) ? number(row, sessions) : 0,
                row.containsKey("pageviews") ? number(row, "pageviews") : 0);
        values.computeIfAbsent(day, _ -> new EnumMap<>(Dimension.class))
                .computeIfAbsent(dimension, _ -> new HashMap<>())
                .merge(value, sum, Sum::plus);
    }

    /** @throws NumberFormatException with the column's name */
    private static long number(Map<String, String> row, String column) {
        String text = row.getOrDefault(column, "");
        if (!NUMBER.matcher(text).matches() || Long.parseLong(text) > MAX_NUMBER) {
            throw new NumberFormatException(column);
        }
        return Long.parseLong(text);
    }

    /** The days that {@code imported_visitors} has, in order. */
    List<Day> days() {
        return days.entrySet().stream()
                .map(day -> new Day(
                        day.getKey(),
                        number(day.getValue(), "visitors"),
                        number(day.getValue(), "pageviews"),
                        number(day.getValue(), "visits"),
                        number(day.getValue(), "bounces"),
                        sources.getOrDefault(day.getKey(), Map.of()),
                        values.getOrDefault(day.getKey(), Map.of())))
                .toList();
    }
}
