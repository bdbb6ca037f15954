package com.altcontext.ops;

import com.altcontext.db.Buckets;
import com.altcontext.db.Sql;
import picocli.CommandLine.Command;

/** More than one database node. */
@Command(
        name = "cluster",
        description = "Distributes the data over the nodes of a Citus cluster, and shows how it is distributed.",
        subcommands = {ClusterDistributeCommand.class, ClusterStatusCommand.class},
        footer = {"", "Example:", "  altops cluster status"})
final class ClusterCommand extends CommandGroup {
    /** pg_dump sees only the coordinator, and restoring its file would replace distributed tables with plain ones. */
    static void refuseOn(Sql sql, String what) {
        boolean distributed =
                sql.inTransaction(tx -> tx.queryOne("SELECT to_regclass('cluster') IS NOT NULL", row -> row.flag(1))
                        && Buckets.areDistributed(tx));
        if (distributed) {
            throw new Failure(
                    Exit.FAILED,
                    what + " does not work on a Citus cluster",
                    "nothing was done; back up each node with pg_basebackup or your provider's backups, and with"
                            + " citus_create_restore_point to restore all nodes to the same moment");
        }
    }
}
