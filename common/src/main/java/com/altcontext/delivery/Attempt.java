package com.altcontext.delivery;

/**
 * What came of sending a message once.
 *
 * @param error why it was not accepted, as a code or a kind of failure; empty if it was
 */
public record Attempt(Result result, String error) {
    /** The receiver has it. */
    public static final Attempt DELIVERED = new Attempt(Result.DELIVERED, "");

    /** Whether a further attempt makes sense. */
    public enum Result {
        DELIVERED,
        FAILED,
        /** The receiver will never accept it. */
        REFUSED
    }

    /** It may be accepted later. */
    public static Attempt failed(String error) {
        return new Attempt(Result.FAILED, error);
    }

    /** It will never be accepted. */
    public static Attempt refused(String error) {
        return new Attempt(Result.REFUSED, error);
    }

    /** A failure before any answer. Its message is left out, since it may name the address of the receiver, which may hold a secret. */
    public static Attempt failed(Throwable cause) {
        return failed("failed: " + cause.getClass().getSimpleName());
    }

    boolean isDelivered() {
        return result == Result.DELIVERED;
    }
}
