package com.altcontext.ops.access;

import com.altcontext.access.AccessKey;
import com.altcontext.access.AccessKeyStore;
import com.altcontext.ops.command.CommandContext;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists access keys. */
@Command(
        name = "list",
        description = "Lists access keys: what they give access to, when they expire and when they were last used.",
        footer = {"", "Example:", "  altops key list --all"})
final class KeyListCommand implements Runnable {
    private final CommandContext context;

    @Option(names = "--all", description = "Include revoked keys.")
    private boolean all;

    KeyListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Instant now = context.now();
        List<AccessKey> keys = context.sql().inTransaction(AccessKeyStore::list).stream()
                .filter(key -> all || key.revokedAt() == null)
                .toList();
        context.output()
                .printList(
                        "keys",
                        keys,
                        key -> KeyCommand.json(key, now),
                        key -> KeyCommand.line(key, now),
                        "there are no keys");
    }
}
