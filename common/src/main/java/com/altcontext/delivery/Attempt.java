package com.altcontext.delivery;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * The result of one attempt to send a message.
 *
 * @param error why the message was not accepted, as a status code or a kind of failure; empty if it was accepted
 */
public record Attempt(Result result, String error) {
    /** The receiver accepted the message. */
    public static final Attempt DELIVERED = new Attempt(Result.DELIVERED, "");

    /** Whether a further attempt makes sense. */
    public enum Result {
        DELIVERED,
        FAILED,
        /** The receiver will never accept the message. */
        REFUSED
    }

    /** The receiver may accept the message later. */
    public static Attempt failed(String error) {
        return new Attempt(Result.FAILED, error);
    }

    /** The receiver will never accept the message. */
    public static Attempt refused(String error) {
        return new Attempt(Result.REFUSED, error);
    }

    /**
     * A failure without an answer. The exception's message is left out: it may contain the receiver's URL, which may
     * hold a secret.
     */
    public static Attempt failed(Throwable cause) {
        return failed("failed: " + kind(cause));
    }

    private static String kind(Throwable cause) {
        return switch (cause) {
            case UnknownHostException _ -> "its host name was not found";
            case ConnectException _ -> "no connection";
            case SSLException _ -> "TLS";
            case TimeoutException _ -> "no answer in time";
            default -> cause.getClass().getSimpleName();
        };
    }

    boolean isDelivered() {
        return result == Result.DELIVERED;
    }
}
