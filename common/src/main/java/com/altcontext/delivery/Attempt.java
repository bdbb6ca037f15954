package com.altcontext.delivery;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * The result of one attempt to send a message.
 *
 * @param error why it was not accepted, as a code or a kind of failure; empty if it was
 */
public record Attempt(Result result, String error) {
    /** The receiver accepted it. */
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
