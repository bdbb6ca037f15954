package com.altcontext.ops.access;

import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.ops.command.CommandContext;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a link to the figures of a property. */
@Command(
        name = "share",
        description = {
            "Prints a link to the dashboard of a property, for people without a key. It shows figures but no leads, "
                    + "and, under a filter, no value with fewer than 3 visitors.",
            "The link is shown only once. Its key comes after the #, which browsers never send. Needs PUBLIC_URL, as the "
                    + "service has it. To end the link, revoke its key: altops key revoke."
        },
        footer = {"", "Example:", "  altops key share docs --expires 90d"})
final class KeyShareCommand implements Runnable {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "PROPERTY", description = "The property's slug.")
    private String property = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of the link's key; default: the word share and the slug.")
    private @Nullable String name;

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            defaultValue = "90d",
            description = "When the link expires, like 2027-01-31; default: ${DEFAULT-VALUE}.")
    private String expires = "";

    KeyShareCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        URI url = context.environment().publicUrl();
        context.refuseWrongClock();
        String called = name == null ? "share " + property : name;
        NewKey key = KeyCommand.ARGUMENTS.named(
                () -> NewKey.ofShare(called, property, KeyCommand.expiry(expires, context.now())));
        KeyCommand.add(context, key, "link", secret -> url + "/dashboard#key=" + secret.text());
    }
}
