package com.altcontext.metrics;

import java.io.ByteArrayOutputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a rollup collects of one property and day before it writes it. */
final class PropertyDay {
    final Map<Count, Long> counts = new EnumMap<>(Count.class);
    final VisitorSketch.Union visitors = new VisitorSketch.Union();

    @Nullable
    VisitorSketch fewVisitors;

    final VisitorSketch.Union leadVisitors = new VisitorSketch.Union();
    final Map<Vital, ByteArrayOutputStream> vitals = new EnumMap<>(Vital.class);
    final Map<String, Long> rejected = new TreeMap<>();

    long count(Count kind) {
        return counts.getOrDefault(kind, 0L);
    }

    void add(Count kind, long more) {
        counts.merge(kind, more, Long::sum);
    }

    byte[] histogram(Vital vital) {
        ByteArrayOutputStream measured = vitals.get(vital);
        return measured == null ? new byte[0] : measured.toByteArray();
    }
}
