package com.altcontext.ops.lead;

import com.altcontext.ops.command.CommandGroup;
import java.time.Duration;
import picocli.CommandLine.Command;

/** Commands about people who left an address: they may ask for erasure, for a copy of their data, or for no more mail. */
@Command(
        name = "lead",
        description =
                "Erases, exports and unsubscribes people who left an e-mail address, and lists who may be written to.",
        subcommands = {
            LeadDeleteCommand.class,
            LeadExportCommand.class,
            LeadConsentCommand.class,
            LeadReviewCommand.class,
            LeadMailableCommand.class,
            LeadUnsubscribeCommand.class,
            LeadUnsubscribeLinkCommand.class
        },
        footer = {"", "Example:", "  altops lead export --email - --out jo.json"})
public final class LeadCommand extends CommandGroup {
    /** Enough to search all events for an address. */
    static final Duration MAX_STATEMENT = Duration.ofHours(1);
}
