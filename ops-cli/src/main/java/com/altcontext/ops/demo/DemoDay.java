package com.altcontext.ops.demo;

import com.altcontext.event.Event;
import com.altcontext.lead.Capture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The events and forms of one day, in the order of time. */
record DemoDay(List<Event> events, List<Capture> captures) {
    static DemoDay until(Instant end, List<DemoVisit> visits) {
        List<Event> events = new ArrayList<>();
        List<Capture> captures = new ArrayList<>();
        for (DemoVisit visit : visits) {
            events.addAll(visit.events());
            captures.addAll(visit.captures());
        }
        return new DemoDay(
                events.stream()
                        .filter(event -> event.occurredAt().isBefore(end))
                        .sorted(Comparator.comparing(Event::occurredAt))
                        .toList(),
                captures.stream()
                        .filter(capture -> capture.receivedAt().isBefore(end))
                        .sorted(Comparator.comparing(Capture::receivedAt))
                        .toList());
    }
}
