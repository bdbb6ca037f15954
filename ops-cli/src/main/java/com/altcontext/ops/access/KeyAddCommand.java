package com.altcontext.ops.access;

import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.access.Secret;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a key and prints it. */
@Command(
        name = "add",
        description = {
            "Makes a key and prints it. It is shown only once, since only its hash is stored.",
            "A key that is limited to some properties gives no access to what concerns all of them, such as erasing a person."
        },
        footer = {
            "",
            "Example:",
            "  altops key add looker --scope figures:read --property docs --expires 90d",
            "  altops key add crm --scope figures:read leads:read"
        })
final class KeyAddCommand implements Runnable {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "A name for the key: who or what uses it.")
    private String name = "";

    @Option(
            names = "--scope",
            arity = "1..*",
            required = true,
            paramLabel = "SCOPE",
            description = "What the key gives access to: figures:read, leads:read, leads:delete.")
    private List<String> scopes = new ArrayList<>();

    @Option(
            names = "--property",
            arity = "1..*",
            paramLabel = "SLUG",
            description = "The properties that it is limited to; default: not limited.")
    private @Nullable List<String> properties;

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "When the key expires, like 90d or 2027-01-31; default: never.")
    private @Nullable String expires;

    KeyAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Set<Scope> wanted = EnumSet.noneOf(Scope.class);
        for (String scope : scopes) {
            wanted.add(Scope.named(scope)
                    .orElseThrow(() -> new Failure(
                            Exit.USAGE,
                            "--scope is wrong",
                            "write one or more of figures:read, leads:read and leads:delete")));
        }
        context.refuseWrongClock();
        Instant expiry = KeyCommand.expiry(expires, context.now());
        NewKey key = KeyCommand.ARGUMENTS.named(() -> new NewKey(name, wanted, properties, false, expiry));
        KeyCommand.add(context, key, "secret", Secret::text);
        context.output().note("this key is shown once: store it now");
    }
}
