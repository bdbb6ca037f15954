package com.altcontext.ops.access;

import com.altcontext.access.AccessKeyStore;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Revokes a key. */
@Command(
        name = "revoke",
        description =
                "Revokes a key and ends its dashboard sessions, at once on every machine; exit 1 when there is no such key.",
        footer = {"", "Example:", "  altops key revoke looker"})
final class KeyRevokeCommand implements Runnable {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "The key's name.")
    private String name = "";

    KeyRevokeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        if (!context.sql().inTransaction(tx -> AccessKeyStore.revoke(tx, name, context.now()))) {
            throw new Failure(Exit.FAILED, "there is no key of that name", "see them with: altops key list");
        }
        context.output().print(JsonObject.ok(true).with("revoked", name.strip()), List.of("revoked " + name.strip()));
    }
}
