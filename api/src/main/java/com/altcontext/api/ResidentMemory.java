package com.altcontext.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The process's resident memory. The JVM knows only its heap, but the machine limits the whole process. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";

    private ResidentMemory() {}

    /** NaN where the system does not report it, as on macOS. */
    static double bytes() {
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
