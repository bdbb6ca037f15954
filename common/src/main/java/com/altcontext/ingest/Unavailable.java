package com.altcontext.ingest;

/** Nothing can be stored just now; nothing of the request was kept for later, so its sender should try again. */
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        DATABASE_AWAY,
        QUEUE_FULL,
        /** A defect; the log has it. */
        WRITER_FAILED,
        STOPPING
    }

    private final Reason reason;

    public Unavailable(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
