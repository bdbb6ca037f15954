package com.altcontext.db;

/** How far a transaction has got. What the server has not answered has not been done. */
final class Progress {
    /** Sent in front of the transaction's first statement, in the same round trip; empty once it was sent. */
    private String preamble;

    /** Whether a connection could be made at all. */
    boolean hasConnection;

    /** Whether the server has answered a statement. */
    boolean hasAnswer;

    Progress(String preamble) {
        this.preamble = preamble;
    }

    /** The statement to send, with what must precede it. */
    String inFront(String statement) {
        String all = preamble.isEmpty() ? statement : preamble + ";\n" + statement;
        preamble = "";
        return all;
    }

    boolean hasPreamble() {
        return !preamble.isEmpty();
    }

    /** Whether the connection was dead when the work began to use it. */
    boolean endedAtOnce(SqlFailure failed) {
        return failed.isLostConnection() && hasConnection && !hasAnswer;
    }
}
