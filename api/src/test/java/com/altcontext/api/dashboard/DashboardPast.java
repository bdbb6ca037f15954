package com.altcontext.api.dashboard;

import com.altcontext.api.testing.StoredRows;
import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.db.Sql;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.WebVitals;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Data of past days for the dashboard. */
final class DashboardPast {
    /** A property whose few visits can be counted by hand: see {@link #kiln}. */
    static final String KILN = "kiln";
    /** A property with the strangest values that a visitor can send. */
    static final String ODD = "odd";

    static final String LONG_PATH = "/" + "very-long-name/".repeat(136);
    static final String MARKUP = "/<img src=x onerror=document.title='taken'>";
    static final String ARABIC = "/مرحبا/بالعالم";

    private static final EventStore STORE = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final int BATCH = 500;
    private static final int PAST_DAYS = 70;

    final LocalDate today = LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
    final StoredRows stored;
    private final Sql sql;

    DashboardPast(String database) {
        sql = Database.at(database).sql();
        stored = new StoredRows(sql);
    }

    Instant at(int daysAgo, String time) {
        return Instant.parse(today.minusDays(daysAgo) + "T" + time + "Z");
    }

    /** A page view of the root by {@code visitor-who}. */
    TestEvent view(String property, String who, int daysAgo, String time) {
        return TestEvent.view(who, at(daysAgo, time), "/").property(property);
    }

    private static Utm letter(String campaign) {
        return new Utm("letter", "email", campaign, null, "button");
    }

    void store(TestEvent... events) {
        store(Arrays.asList(events));
    }

    void store(List<TestEvent> happened) {
        List<Event> events = happened.stream().map(TestEvent::event).toList();
        for (int i = 0; i < events.size(); i += BATCH) {
            List<Event> batch = events.subList(i, Math.min(i + BATCH, events.size()));
            sql.inTransaction(tx -> STORE.write(tx, batch));
        }
    }

    /** Adds a property without visits. */
    void property(String slug, String timeZone) {
        stored.execute("INSERT INTO properties (id, name, time_zone) VALUES (?, ?, ?)", slug, slug, timeZone);
    }

    void lead(String property, String email, String status, int daysAgo) {
        stored.execute(
                "INSERT INTO leads (id, property_id, email, first_captured_at, last_captured_at, consent_status)"
                        + " VALUES (gen_random_uuid(), ?, ?, ?, ?, ?)",
                property,
                email,
                at(daysAgo, "12:00:00"),
                at(daysAgo, "12:00:00"),
                status);
    }

    void rollUp(int fromDaysAgo, int toDaysAgo) {
        Rollup rollup = new Rollup(sql, Instant::now);
        for (int daysAgo = fromDaysAgo; daysAgo >= toDaysAgo; daysAgo--) {
            var _ = rollup.run(today.minusDays(daysAgo), null);
        }
    }

    /** Fills all three properties and rolls up every day. */
    void fill() {
        kiln();
        odd();
        busy();
        rollUp(PAST_DAYS, 0);
    }

    /**
     * The seven days before today have 2 visitors, 3 sessions, 4 page views and a lead; 1 of the 3 sessions bounced, 1
     * converted, and their engaged time is 50 s on average. The seven days before those have 1 visitor and 1 session,
     * which bounced, with 1 page view. Yesterday's visitors come right after midnight, because today is compared with
     * the same part of yesterday at whatever time the test runs.
     */
    private void kiln() {
        // This zone has the same days as UTC, under another name.
        stored.execute(
                "INSERT INTO properties (id, name, domains, time_zone) VALUES (?, 'Maple Kiln', '{kiln.example}', 'Africa/Abidjan')",
                KILN);
        store(
                view(KILN, "anna", 1, "00:00:00")
                        .source(TrafficSource.ORGANIC_SEARCH, Utm.NONE, "www.google.ca")
                        .country("CA"),
                view(KILN, "anna", 1, "00:01:00").path("/pricing").country("CA"),
                view(KILN, "anna", 1, "00:02:00")
                        .type("engagement")
                        .path("/pricing")
                        .country("CA")
                        .engaged(100_000)
                        .vitals(new WebVitals(1_000.0, 3_000.0, 600.0, 500.0, 0.05)),
                view(KILN, "bert", 1, "00:00:00")
                        .device(DeviceType.MOBILE)
                        .country("FR")
                        .source(TrafficSource.EMAIL, letter("spring"), null),
                view(KILN, "anna", 2, "08:00:00").path("/news").country("CA"),
                view(KILN, "anna", 2, "08:01:00")
                        .type("form_start")
                        .path("/news")
                        .country("CA"),
                view(KILN, "anna", 2, "08:02:00")
                        .type("form_submit")
                        .path("/news")
                        .country("CA"),
                view(KILN, "anna", 2, "08:03:00")
                        .type("engagement")
                        .path("/news")
                        .country("CA")
                        .engaged(50_000),
                view(KILN, "carl", 9, "10:00:00").country("CA"),
                view(KILN, "dora", 0, "00:00:01").path("/today").country("US"),
                view(KILN, "spider", 1, "11:00:00").device(DeviceType.BOT));
        lead(KILN, "anna@example.ca", "express", 2);
        lead(KILN, "=cmd@example.ca", "withdrawn", 20);
        stored.execute("INSERT INTO lead_identities (lead_id, visitor_id, property_id, source, confidence, linked_at)"
                + " SELECT l.id, v.visitor_id, l.property_id, 'form_submit', 1, l.first_captured_at"
                + " FROM leads AS l JOIN visitors AS v ON v.property_id = l.property_id"
                + " WHERE l.email = 'anna@example.ca' AND v.anon_id = 'visitor-anna'");
        LocalDate yesterday = today.minusDays(1);
        stored.execute(
                "INSERT INTO ingest_rejections (day, property_id, endpoint, reason, count) VALUES"
                        + " (?, 'kiln', 'events', 'invalid_request', 2), (?, 'kiln', 'events/batch', 'honeypot', 1)",
                yesterday,
                yesterday);
    }

    private void odd() {
        stored.execute("INSERT INTO properties (id, name) VALUES (?, ?)", ODD, "<b>Odd</b> & עברית " + "x".repeat(80));
        store(
                view(ODD, "evil-one", 1, "09:00:00")
                        .path(LONG_PATH)
                        .source(TrafficSource.EMAIL, letter("<script>document.title='taken'</script>"), null),
                view(ODD, "evil-two", 1, "09:00:00")
                        .path(MARKUP)
                        .source(TrafficSource.REFERRAL, Utm.NONE, "x".repeat(63) + ".example"),
                view(ODD, "evil-six", 1, "09:00:00").path(ARABIC).type("\u202etaken\u202c"));
    }

    /** The traffic of a small site, with the same random numbers in every run. */
    private void busy() {
        Random random = new Random(7);
        List<String> paths =
                List.of("/", "/pricing", "/docs/start", "/blog/first-firing", "/about", "/docs/api", "/contact");
        List<String> countries = List.of("CA", "CA", "CA", "US", "US", "FR", "GB", "DE");
        List<TestEvent> events = new ArrayList<>();
        for (int daysAgo = PAST_DAYS; daysAgo >= 0; daysAgo--) {
            boolean weekend = today.minusDays(daysAgo).getDayOfWeek().getValue() > 5;
            int visitors = (weekend ? 12 : 22) + random.nextInt(10) + (PAST_DAYS - daysAgo) / 10;
            for (int i = 0; i < (daysAgo == 0 ? visitors / 3 : visitors); i++) {
                visit(random, daysAgo, random.nextInt(1_400), paths, countries, events);
            }
        }
        store(events);
        for (int i = 0; i < 41; i++) {
            lead(
                    "default",
                    "lead-" + i + "@example.ca",
                    i % 7 == 0 ? "pending" : i % 5 == 0 ? "implied" : "express",
                    i);
        }
    }

    @SuppressWarnings(
            "DistinctVarargsChecker") // The lower of two random numbers makes the first paths the most visited.
    private void visit(
            Random random, int daysAgo, int who, List<String> paths, List<String> countries, List<TestEvent> events) {
        String time = "%02d:%02d:".formatted(daysAgo == 0 ? 0 : random.nextInt(24), random.nextInt(28));
        String country = countries.get(who % countries.size());
        DeviceType device = who % 5 == 0 ? DeviceType.TABLET : who % 2 == 0 ? DeviceType.MOBILE : DeviceType.DESKTOP;
        int views = 1 + random.nextInt(3);
        String path = "/";
        for (int view = 0; view < views; view++) {
            path = paths.get(Math.min(random.nextInt(paths.size()), random.nextInt(paths.size())));
            TestEvent page = view("default", "busy-" + who, daysAgo, time + "0" + view)
                    .path(path)
                    .country(country)
                    .device(device);
            switch (who % 9) {
                case 0, 1, 2 -> page = page.source(TrafficSource.ORGANIC_SEARCH, Utm.NONE, "www.google.ca");
                case 3 -> page = page.source(TrafficSource.SOCIAL, Utm.NONE, "www.linkedin.com");
                case 4 -> page = page.source(TrafficSource.REFERRAL, Utm.NONE, "news.example.org");
                case 5 -> page = page.source(TrafficSource.EMAIL, letter(who % 2 == 0 ? "spring" : "letter-11"), null);
                default -> {}
            }
            events.add(page);
        }
        events.add(view("default", "busy-" + who, daysAgo, time + "30")
                .type("engagement")
                .path(path)
                .country(country)
                .device(device)
                .engaged(8_000 + random.nextInt(110_000))
                .vitals(new WebVitals(
                        700.0 + random.nextInt(1_800),
                        1_100.0 + random.nextInt(1_900),
                        40.0 + random.nextInt(190),
                        100.0 + random.nextInt(800),
                        random.nextInt(130) / 1_000.0)));
        if (who % 6 == 0) {
            events.add(view("default", "busy-" + who, daysAgo, time + "40")
                    .type("form_start")
                    .path(path)
                    .country(country)
                    .device(device));
        }
        if (who % 18 == 0) {
            events.add(view("default", "busy-" + who, daysAgo, time + "50")
                    .type("form_submit")
                    .path(path)
                    .country(country)
                    .device(device));
        }
    }
}
