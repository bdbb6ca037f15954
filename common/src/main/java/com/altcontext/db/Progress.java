package com.altcontext.db;

/** How far a transaction has got: whether there is a connection, and whether the server has answered a statement. */
final class Progress {
    /** A statement that is sent before the transaction's first one, in the same round trip; empty once it was sent. */
    private String preamble;

    /** Whether a connection could be made at all. */
    boolean hasConnection;

    /** Whether the server has answered a statement. */
    boolean hasAnswer;

    Progress(String preamble) {
        this.preamble = preamble;
    }

    /** The statement to send, with the preamble before it if that was not sent yet. */
    String withPreamble(String statement) {
        String all = preamble.isEmpty() ? statement : preamble + ";\n" + statement;
        preamble = "";
        return all;
    }

    boolean hasPreamble() {
        return !preamble.isEmpty();
    }

    /** Whether the connection was already dead when the work began to use it. */
    boolean wasDead(SqlFailure failed) {
        return failed.isLostConnection() && hasConnection && !hasAnswer;
    }
}
