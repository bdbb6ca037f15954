package com.altcontext.db;

/** How far a transaction has come: what the server has not answered to yet, it has not done. */
final class Progress {
    /** Whether there was a connection to begin with. */
    boolean hasConnection;

    /** Whether the server has answered to a statement. */
    boolean hasAnswer;

    /** Whether the connection was dead when the work began to use it. */
    boolean endedAtOnce(SqlFailure failed) {
        return failed.isLostConnection() && hasConnection && !hasAnswer;
    }
}
