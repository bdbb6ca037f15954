package com.altcontext.db;

import java.sql.SQLException;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * A statement that PostgreSQL refused or could not be asked. It carries the statement and the SQLSTATE, never the
 * parameters nor the server's message, since both may hold what a visitor sent.
 */
public final class SqlFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** PostgreSQL's src/interfaces/libpq, where a connection ends or cannot be used any more. */
    private static final Pattern LOST_BY_LIBPQ = Pattern.compile(
            "server closed the connection unexpectedly|could not (receive data from|send data to) server|no connection to the server"
                    + "|connection not open|SSL (connection has been closed unexpectedly|SYSCALL error)");

    /** Citus' remote_transaction.c and placement_connection.c. */
    private static final Pattern LOST_BY_CITUS =
            Pattern.compile("failure on connection marked as essential|could not commit transaction for shard");

    /** A node's message about a row sent by COPY: Citus' multi_copy.c passes on the text without the SQLSTATE. */
    private static final Pattern REFUSED_BY_NODE = Pattern.compile(" violates [a-z -]*constraint");

    private final String state;
    private final boolean connected;
    /** Reported by a cluster's coordinator, which is still connected: one of its nodes is away. */
    private final boolean ofNode;

    SqlFailure(String statement, SQLException cause) {
        this(statement, cause, true);
    }

    private SqlFailure(String statement, SQLException cause, boolean connected) {
        this(
                statement,
                cause,
                connected,
                cause instanceof PSQLException refused
                        && refused.getServerErrorMessage() != null
                        && isOfNode(state(cause), refused.getServerErrorMessage()));
    }

    private SqlFailure(String statement, SQLException cause, boolean connected, boolean ofNode) {
        super(message(statement, cause), null, false, true);
        this.state = state(cause);
        this.connected = connected;
        this.ofNode = ofNode;
    }

    /** No connection could be made, for any reason: no free slot, a wrong login, a server that is starting. */
    static SqlFailure ofConnecting(SQLException cause) {
        return new SqlFailure("connect", cause, false);
    }

    /** A node of the cluster was lost while it committed: whether it did is not known (08007, transaction resolution unknown). */
    static SqlFailure ofCommitOnNode() {
        return new SqlFailure("commit", new SQLException("a node did not answer", "08007"), true, true);
    }

    /**
     * The five characters of the SQLSTATE (PostgreSQL manual, appendix A); {@code 08000} where the driver gave none, {@code 23000}
     * where a cluster's node refused a row by a constraint.
     */
    public String state() {
        return state;
    }

    /** The rows themselves are at fault (classes 21, 22 and 23): sending them again cannot help, sending others can. */
    public boolean isFaultOfTheData() {
        return state.startsWith("21") || state.startsWith("22") || state.startsWith("23");
    }

    /** The server ended the statement because it exceeded its time limit. */
    public boolean isCanceled() {
        return state.equals("57014");
    }

    /** The database takes no writes: it is a replica, or its disk is nearly full. */
    boolean isReadOnly() {
        return state.equals("25006");
    }

    /** Two transactions blocked each other and this one was cancelled: the same work may be tried again. */
    public boolean isWorthRepeating() {
        return state.equals("40001") || state.equals("40P01");
    }

    /** The connection is lost or was never made; the last statement may or may not have been executed. */
    public boolean isLostConnection() {
        return !connected || ((state.startsWith("08") || state.startsWith("57P0")) && !ofNode);
    }

    /** A node of the cluster is away, for which {@link #isUnavailability} holds too. What other nodes have is not touched. */
    public boolean isOfNode() {
        return ofNode;
    }

    /**
     * The database cannot do it now and may be able to later, whatever the statement and its rows are: it is away, a node of
     * the cluster is, it is read-only (25006), out of disk, memory or connections (class 53), it ended the statement (class 57) or did not get a lock
     * (55P03) in time, it could not read or write its files (class 58), or it conflicted with others at every try
     * (class 40). Nothing of the transaction was done, unless the connection was lost at its end.
     */
    public boolean isUnavailability() {
        return isLostConnection()
                || ofNode
                || isReadOnly()
                || state.equals("55P03")
                || state.startsWith("40")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("58");
    }

    /**
     * Whether a coordinator reports that it cannot reach a node. It has a SQLSTATE for a connection that cannot be made. For one
     * that ends in the middle of a command it passes on the words of libpq, as an internal error (XX000).
     */
    private static boolean isOfNode(String state, ServerErrorMessage reported) {
        String context = String.valueOf(reported.getWhere());
        boolean onNode = context.contains("while executing command on ");
        return state.startsWith("08")
                || (state.startsWith("57P0") && onNode)
                || (state.equals("XX000")
                        && (onNode ? LOST_BY_LIBPQ : LOST_BY_CITUS)
                                .matcher(String.valueOf(reported.getMessage()))
                                .lookingAt());
    }

    private static String message(String statement, SQLException cause) {
        String text = statement.strip().replaceAll("\\s+", " ");
        String start = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return "SQLSTATE " + state(cause) + " in: " + start + origin(cause);
    }

    /** Why there is no connection: a class name says "refused" or "timed out" without an address. */
    private static String origin(SQLException cause) {
        Throwable root = cause.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null ? "" : " (" + root.getClass().getSimpleName() + ")";
    }

    private static String state(SQLException cause) {
        String state = cause.getSQLState();
        if (state == null || state.length() != 5) {
            return "08000";
        }
        boolean isConstraint = state.equals("XX000")
                && cause instanceof PSQLException refused
                && refused.getServerErrorMessage() != null
                && REFUSED_BY_NODE
                        .matcher(String.valueOf(refused.getServerErrorMessage().getMessage()))
                        .find();
        return isConstraint ? "23000" : state;
    }
}
