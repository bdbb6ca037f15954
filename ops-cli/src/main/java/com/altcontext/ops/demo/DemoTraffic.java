package com.altcontext.ops.demo;

import com.altcontext.attribution.Countries;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.metrics.goal.Goal;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.value.KeyedHash;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The traffic of an invented tea merchant, day by day. For the same days, it always makes the same visits. Most people come in
 * the evening and on working days, some come back, and on Tuesdays a newsletter brings many at once.
 */
final class DemoTraffic {
    /** The hosts of the site. They are reserved (RFC 2606), so no other property has them. */
    static final List<String> HOSTS = List.of(DemoPage.SHOP, DemoPage.JOURNAL);

    /** The time zone of the visitors and of the property's days. */
    static final ZoneId ZONE = ZoneId.of("America/Toronto");

    /** The goals of the merchant. */
    static final List<Goal> GOALS = List.of(
            Goal.of("left an address", DemoPage.THANKS.path() + "*", null, null),
            Goal.of("ordered", null, "order", null),
            Goal.of("ordered sencha", null, "order", "tea=sencha"));

    private static final long SEED = 20_261_127;
    private static final int VISITS_A_DAY = 280;
    private static final int NEWSLETTER_VISITS = 120;
    private static final int BOTS_A_DAY = 24;
    private static final int RETURNING_PERCENT = 27;

    /** Visits in each hour, relative to each other. */
    private static final int[] HOURS = {2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 13, 11, 9, 9, 9, 10, 12, 15, 17, 15, 9, 5
    };

    private final RequestAttribution attribution;
    private final Property property;
    private final Random random = new Random(SEED);
    private final WeightedChoice<Integer> hours;
    private final List<DemoVisitor> people = new ArrayList<>();
    private final Set<DemoVisitor> haveLeftAddress = new HashSet<>();
    private int bots;

    DemoTraffic(Properties properties, Property property) {
        // The hashes are of invented addresses, so they need no secret.
        this.attribution = new RequestAttribution(
                properties,
                TrafficSources.load(),
                Devices.load(),
                Countries.none(),
                new KeyedHash("the people of the demo are invented"));
        this.property = property;
        List<WeightedChoice.Weighted<Integer>> byHour = new ArrayList<>();
        for (int hour = 0; hour < HOURS.length; hour++) {
            byHour.add(WeightedChoice.weight(HOURS[hour], hour));
        }
        this.hours = WeightedChoice.of(byHour);
    }

    /**
     * The traffic of the next day; the days must be asked for in their order.
     *
     * @param now events after this time are left out
     */
    DemoDay next(LocalDate day, Instant now) {
        List<DemoVisit> visits = new ArrayList<>();
        for (int i = visitsOn(day.getDayOfWeek()); i > 0; i--) {
            visits.add(visit(day, DemoSource.OF_NEW_VISITORS.pick(random)));
        }
        if (day.getDayOfWeek() == DayOfWeek.TUESDAY) {
            for (int i = 0; i < NEWSLETTER_VISITS; i++) {
                visits.add(visit(day, DemoSource.NEWSLETTER));
            }
        }
        for (int i = 0; i < BOTS_A_DAY; i++) {
            visits.add(begin(day, DemoVisitor.bot(random, bots++)).ofBot());
        }
        return DemoDay.until(now, visits);
    }

    private int visitsOn(DayOfWeek day) {
        int percent = switch (day) {
            case SATURDAY -> 70;
            case SUNDAY -> 80;
            case FRIDAY -> 95;
            default -> 110;
        };
        return VISITS_A_DAY * percent / 100 + random.nextInt(30);
    }

    private DemoVisit visit(LocalDate day, DemoSource source) {
        boolean returns = !people.isEmpty() && random.nextInt(100) < RETURNING_PERCENT;
        DemoVisitor visitor =
                returns ? people.get(random.nextInt(people.size())) : DemoVisitor.person(random, people.size());
        if (!returns) {
            people.add(visitor);
        }
        // Half of those who come back type the address or have a bookmark.
        DemoSource from = returns && random.nextBoolean() ? DemoSource.DIRECT : source;
        DemoVisit visit = begin(day, visitor).ofPerson(from, !haveLeftAddress.contains(visitor));
        if (!visit.captures().isEmpty()) {
            haveLeftAddress.add(visitor);
        }
        return visit;
    }

    private DemoVisit begin(LocalDate day, DemoVisitor visitor) {
        Instant start = day.atTime(hours.pick(random), random.nextInt(60), random.nextInt(60))
                .atZone(ZONE)
                .toInstant()
                .plusMillis(random.nextInt(1000));
        return new DemoVisit(attribution, property, random, visitor, start);
    }
}
