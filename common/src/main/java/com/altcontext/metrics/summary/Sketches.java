package com.altcontext.metrics.summary;

import com.altcontext.metrics.Vital;
import com.altcontext.metrics.sketch.Histogram;
import com.altcontext.metrics.sketch.VisitorSketch;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The figures of a day or a block of days that cannot be added up, as sketches that can be merged. */
record Sketches(VisitorSketch visitors, VisitorSketch leadVisitors, List<Histogram> vitals) {
    /** Approximate memory, in bytes. */
    int bytes() {
        return 64
                + visitors.bytes()
                + leadVisitors.bytes()
                + vitals.stream().mapToInt(Histogram::bytes).sum();
    }

    /** Merges sketches. */
    static final class Merge {
        private final VisitorSketch.Union visitors = new VisitorSketch.Union();
        private final VisitorSketch.Union leadVisitors = new VisitorSketch.Union();
        private final List<Histogram.Sum> vitals =
                Arrays.stream(Vital.values()).map(vital -> new Histogram.Sum()).toList();

        void add(Sketches sketches) {
            visitors.add(sketches.visitors);
            leadVisitors.add(sketches.leadVisitors);
            for (int i = 0; i < vitals.size(); i++) {
                vitals.get(i).add(sketches.vitals.get(i));
            }
        }

        Sketches sketches() {
            return new Sketches(
                    visitors.sketch(),
                    leadVisitors.sketch(),
                    vitals.stream().map(Histogram.Sum::histogram).toList());
        }

        double visitors() {
            return visitors.estimate();
        }

        double leadVisitors() {
            return leadVisitors.estimate();
        }

        @SuppressWarnings("EnumOrdinal") // The list lives no longer than the process.
        @Nullable
        Double quantile(Vital vital, double share) {
            Double value = vitals.get(vital.ordinal()).quantile(share);
            return value == null ? null : vital.unit(value);
        }
    }
}
