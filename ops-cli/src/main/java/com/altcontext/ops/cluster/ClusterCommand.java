package com.altcontext.ops.cluster;

import com.altcontext.ops.command.CommandGroup;
import picocli.CommandLine.Command;

/** More than one database node. */
@Command(
        name = "cluster",
        description = "Distributes the data over the nodes of a Citus cluster, and shows how it is distributed.",
        subcommands = {ClusterDistributeCommand.class, ClusterStatusCommand.class},
        footer = {"", "Example:", "  altops cluster status"})
public final class ClusterCommand extends CommandGroup {}
