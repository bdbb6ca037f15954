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
    /** pg_dump sees the coordinator alone, and its file would put plain tables in the place of distributed ones. */
    static void refuseOn(Sql sql, String what) {
        boolean distributed =
                sql.inTransaction(tx -> tx.queryOne("SELECT to_regclass('cluster') IS NOT NULL", row -> row.flag(1))
                        && Buckets.areDistributed(tx));
        if (distributed) {
            throw new Failure(
                    Exit.FAILED,
                    what + " does not work on a Citus cluster",
                    "nothing was done; back up each node by pg_basebackup or your provider, with citus_create_restore_point to"
                            + " have them at one moment");
        }
    }
}
