package com.altcontext.ops;

import java.time.Duration;
import picocli.CommandLine.Command;

/** What people who left an address may ask for: erasure, a copy of their data, no more mail. */
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
final class LeadCommand extends CommandGroup {
    /** Searching all events for an address. */
    static final Duration MAX_STATEMENT = Duration.ofHours(1);

    static Failure unknownAddress() {
        return new Failure(Exit.FAILED, "nothing is held about this address", "check its spelling");
    }
}
