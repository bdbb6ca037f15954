package com.altcontext.db;

/** How far a transaction has come. What the server has not answered to, it has not done. */
final class Progress {
    /** Sent in front of the transaction's first statement, in the same round trip; empty once it was sent. */
    private String preamble;

    Progress(String preamble) {
        this.preamble = preamble;
    }

    /** The statement that is to be sent, with what must go in front of it. */
    String inFront(String statement) {
        String all = preamble.isEmpty() ? statement : preamble + ";\n" + statement;
        preamble = "";
        return all;
    }

    boolean hasPreamble() {
        return !preamble.isEmpty();
    }

    /** Whether there was a connection to begin with. */
    boolean hasConnection;

    /** Whether the server has answered to a statement. */
    boolean hasAnswer;

    /** Whether the connection was dead when the work began to use it. */
    boolean endedAtOnce(SqlFailure failed) {
        return failed.isLostConnection() && hasConnection && !hasAnswer;
    }
}
