package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.TrafficSource;
import com.altcontext.attribution.Utm;
import com.altcontext.db.Buckets.Bucket;
import com.altcontext.event.Beacon;
import com.altcontext.event.Event;
import com.altcontext.event.Traffic;
import com.altcontext.event.WebVitals;
import com.altcontext.lead.Capture;
import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadForm;
import com.altcontext.visit.AnonId;
import com.altcontext.visit.Origin;
import com.altcontext.visit.Visitor;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Waiting events and forms are counted with an estimate of their bytes. These tests compare the estimate with the heap.
 */
@Tag("slow")
class WeightTest {
    private static final int MANY = 10_000;

    @Test
    void the_size_of_a_waiting_event_is_not_underestimated() {
        for (String text : List.of("x", "a plain word", "été", "日本語のキャンペーン", "x".repeat(255), "日".repeat(255))) {
            MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
            long held = heapOf(i -> {
                Ticket ticket = new Ticket(Bucket.ONLY, List.of(event(text, i)), budget);
                var _ = ticket.answer.whenComplete((outcomes, failure) -> {
                    if (failure != null) {
                        throw new IllegalStateException("an event of " + ticket.weight, failure);
                    }
                });
                return ticket;
            });

            assertThat(budget.held())
                    .as("%d × %s", text.length(), text.charAt(0))
                    .isGreaterThanOrEqualTo(held);
            assertThat(budget.held()).as("less than three times the heap").isLessThan(3 * held);
        }
    }

    @Test
    void the_size_of_a_waiting_form_is_not_underestimated() {
        for (String text : List.of("x", "été", "日本語".repeat(50))) {
            long counted = 0;
            for (int i = 0; i < MANY; i++) {
                counted += capture(text, i).weight();
            }
            assertThat(counted).as(text.substring(0, 1)).isGreaterThanOrEqualTo(heapOf(i -> capture(text, i)));
        }
    }

    private static long heapOf(IntFunction<Object> made) {
        Object[] all = new Object[MANY];
        long before = used();
        for (int i = 0; i < MANY; i++) {
            all[i] = made.apply(i);
        }
        long held = used() - before;
        assertThat(all[MANY - 1]).isNotNull();
        return held;
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Returns a new object each time, as the texts of a request are. */
    private static String own(String text, int i) {
        return text + (char) ('a' + i % 26);
    }

    private static Beacon beacon(String text, int i) {
        double number = i + 0.5;
        return new Beacon(
                new AnonId("visitor-" + i),
                own(text.substring(0, Math.min(text.length(), 60)), i),
                own(text, i),
                Instant.ofEpochMilli(i),
                own(text, i),
                new Utm(own(text, i), own(text, i), own(text, i), own(text, i), own(text, i)),
                new Traffic(
                        DeviceType.DESKTOP,
                        own("C", i),
                        true,
                        false,
                        null,
                        1_000 + i,
                        number,
                        new WebVitals(number + 1, number + 2, number + 3, number + 4, number + 5)),
                new UUID(i, i),
                own(text, i));
    }

    private static Visitor visitor(int i) {
        return Visitor.of(own("site", i), new AnonId("visitor-" + i), new byte[32], new byte[32]);
    }

    private static Origin origin(Beacon beacon, String text, int i) {
        return new Origin(
                beacon.utm(), TrafficSource.EMAIL, own(text, i), DeviceType.DESKTOP, own("C", i), own("host", i));
    }

    private static Event event(String text, int i) {
        Beacon beacon = beacon(text, i);
        Instant received = Instant.ofEpochSecond(1_700_000_000L + i);
        return Event.of(beacon, visitor(i), origin(beacon, text, i), received);
    }

    private static Capture capture(String text, int i) {
        Beacon beacon = beacon(text, i);
        LeadForm form = new LeadForm(
                new Email("jo" + i + "@example.ca"),
                beacon.anonId(),
                own(text, i),
                beacon.path(),
                beacon.referrer(),
                own(text, i),
                ConsentStatus.PENDING,
                own(text, i),
                own(text, i),
                own(text, i),
                beacon.utm(),
                DeviceType.DESKTOP);
        return new Capture(
                form,
                visitor(i),
                origin(beacon, text, i),
                Instant.ofEpochMilli(1_700_000_000_001L + i),
                false,
                null,
                false);
    }
}
