package com.altcontext.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * How much of the machine's memory the process has, as a gauge. The JVM knows its heap only, and it is the whole that the
 * machine's limit is about.
 */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";

    private ResidentMemory() {}

    static void register(MeterRegistry meters) {
        Gauge.builder("altcontext.memory.resident", ResidentMemory::bytes)
                .description("memory that the process has in the machine")
                .baseUnit("bytes")
                .register(meters);
    }

    /** Not a number where the system does not say, as on macOS. */
    private static double bytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(LINE))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024.0)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException | UncheckedIOException unknown) {
            return Double.NaN;
        }
    }
}
