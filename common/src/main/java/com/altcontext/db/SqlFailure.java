package com.altcontext.db;

import java.sql.SQLException;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * A statement that PostgreSQL refused, or that could not be sent to it. It carries the statement and the SQLSTATE, but
 * neither the parameters nor the server's message, since both may contain what a visitor sent.
 */
public final class SqlFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Messages about a connection that ended or can't be used any more, from PostgreSQL's src/interfaces/libpq. */
    private static final Pattern LOST_BY_LIBPQ = Pattern.compile(
            "server closed the connection unexpectedly|could not (receive data from|send data to) server|no connection to the server"
                    + "|connection not open|SSL (connection has been closed unexpectedly|SYSCALL error)");

    /** Messages about a lost node, from Citus' remote_transaction.c and placement_connection.c. */
    private static final Pattern LOST_BY_CITUS =
            Pattern.compile("failure on connection marked as essential|could not commit transaction for shard");

    /** A node's message about a row sent by COPY. Citus' multi_copy.c passes on the text without the SQLSTATE. */
    private static final Pattern REFUSED_BY_NODE = Pattern.compile(" violates [a-z -]*constraint");

    private final String state;
    private final boolean connected;
    /** Whether a cluster's coordinator, which is still connected, reports that one of its nodes is away. */
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

    private SqlFailure(SqlFailure lostNode) {
        super(lostNode.getMessage(), null, false, true);
        this.state = lostNode.state;
        this.connected = true;
        this.ofNode = true;
    }

    /** No connection could be made, for whatever reason: no free slot, a wrong login, a server that is starting. */
    static SqlFailure ofConnecting(SQLException cause) {
        return new SqlFailure("connect", cause, false);
    }

    /**
     * A node of the cluster was lost during a commit. Whether it committed is not known (08007, transaction resolution
     * unknown).
     */
    static SqlFailure ofCommitOnNode() {
        return new SqlFailure("commit", new SQLException("a node did not answer", "08007"), true, true);
    }

    /**
     * The five characters of the SQLSTATE (PostgreSQL manual, appendix A). It is {@code 08000} if the driver gave none,
     * and {@code 23000} if a cluster's node refused a row because of a constraint.
     */
    public String state() {
        return state;
    }

    /** The rows themselves are at fault (classes 21, 22 and 23): sending the same rows again can't help. */
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

    /** This transaction was cancelled because it conflicted with another one. The same work may be tried again. */
    public boolean isWorthRepeating() {
        return state.equals("40001") || state.equals("40P01");
    }

    /** The connection is lost or was never made; the last statement may or may not have been executed. */
    public boolean isLostConnection() {
        return !connected || ((state.startsWith("08") || state.startsWith("57P0")) && !ofNode);
    }

    /** The same failure of a connection to a node: if the connection is lost, only that node is away. */
    public SqlFailure onNode() {
        return isLostConnection() ? new SqlFailure(this) : this;
    }

    /**
     * A node of the cluster is away; then {@link #isUnavailability} is true too. Rows on other nodes can still be used.
     */
    public boolean isOfNode() {
        return ofNode;
    }

    /**
     * The database can't do the work now but may be able to later; neither the statement nor its rows are at fault. It
     * or a node of the cluster is away; it is read-only (25006); it is out of disk, memory or connections (class 53);
     * it ended the statement (class 57) or did not get a lock in time (55P03); it could not read or write its files
     * (class 58); or the transaction conflicted with others at every try (class 40). Nothing of the transaction was
     * stored, unless the connection was lost during the commit.
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
     * Whether a coordinator reports that it can't reach a node. If a connection can't be made, there is a SQLSTATE for
     * that. If a connection ends in the middle of a command, Citus passes on the message of libpq as an internal error
     * (XX000).
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

    /** Why there is no connection: the class name of the cause says "refused" or "timed out" without an address. */
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
