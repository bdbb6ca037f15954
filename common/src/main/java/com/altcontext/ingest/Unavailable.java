package com.altcontext.ingest;

/**
 * The service can't store or answer anything now. Nothing of the request was stored, so its sender should try again.
 */
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the service is unavailable. */
    public enum Reason {
        DATABASE_AWAY,
        QUEUE_FULL,
        /** A defect, which was logged. */
        WRITER_FAILED,
        STOPPING
    }

    private final Reason reason;

    Unavailable(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
