package com.altcontext.api.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Collects the log records that are written while it is open. */
public final class Logged extends Handler implements AutoCloseable {
    private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();

    public Logged() {
        setLevel(Level.ALL);
        Logger.getLogger("").addHandler(this);
    }

    /** The level, logger, request id, message and stack trace of each record. */
    public List<String> lines() {
        PatternFormatter formatter = new PatternFormatter("%p %c %X %s %e");
        return records.stream().map(formatter::format).toList();
    }

    @Override
    public void publish(LogRecord record) {
        ExtLogRecord whole = ExtLogRecord.wrap(record);
        // The request's id belongs to the thread that logs, so it must be copied before the line is formatted.
        whole.copyAll();
        records.add(whole);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
    }
}
