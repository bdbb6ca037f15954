package com.altcontext.ops.lead;

import com.altcontext.audit.Caller;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.privacy.Export;
import com.altcontext.privacy.MailableList;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes who may be written to now. */
@Command(
        name = "mailable",
        description = {
            "Lists for each lead and purpose whether it may be written to now, why, and until when. Adds a line to the "
                    + "audit log.",
            "The unsubscribe links need UNSUBSCRIBE_SECRET (or IP_HASH_PEPPER) and PUBLIC_URL."
        },
        footer = {"", "Example:", "  altops lead mailable --purpose newsletter --format csv > leads.csv"})
final class LeadMailableCommand implements Runnable {
    private static final String IS_PURPOSE_KNOWN =
            "SELECT EXISTS (SELECT FROM consent_events WHERE purpose = ? AND (?::text IS NULL OR property_id = ?))";

    private final CommandContext context;

    @Option(
            names = "--purpose",
            paramLabel = "PURPOSE",
            description = "For this purpose only; default: for every purpose.")
    private @Nullable String purpose;

    @Option(names = "--property", paramLabel = "SLUG", description = "For this property only; default: for all.")
    private @Nullable String property;

    @Option(names = "--format", paramLabel = "FORMAT", description = "csv (default) or json.")
    private @Nullable String format;

    LeadMailableCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        boolean json = isJson();
        context.requireProperty(property);
        context.refuseWrongClock();
        if (purpose != null && !isKnown(purpose)) {
            context.output()
                    .note("no consent on record has the purpose " + purpose
                            + ": leave out --purpose to see all purposes");
        }
        Optional<UnsubscribeLinks> links = context.environment().linksIfAny();
        if (links.isEmpty()) {
            context.output().note("without PUBLIC_URL the list has no unsubscribe links");
        }
        MailableList list =
                new MailableList(context.sql().withTimeout(LeadCommand.MAX_STATEMENT), Export.UnsubscribeUrl.by(links));
        MailableList.MailableRequest request =
                new MailableList.MailableRequest(property, purpose, Caller.ALTOPS, context.now());
        PrintWriter out = context.shell().out();
        var _ = json ? list.writeAll(request, () -> out) : list.writeCsv(request, () -> out);
        out.flush();
    }

    private boolean isKnown(String named) {
        return context.sql()
                .inTransaction(tx -> tx.queryOne(IS_PURPOSE_KNOWN, row -> row.flag(1), named, property, property));
    }

    private boolean isJson() {
        String wanted =
                format == null ? context.outputOptions().json() ? "json" : "csv" : format.toLowerCase(Locale.ROOT);
        if (context.outputOptions().json() && wanted.equals("csv")) {
            throw new Failure(Exit.USAGE, "--json and --format csv cannot be combined", "give one of them");
        }
        return switch (wanted) {
            case "csv" -> false;
            case "json" -> true;
            default -> throw new Failure(Exit.USAGE, "--format is wrong", "write csv or json");
        };
    }
}
