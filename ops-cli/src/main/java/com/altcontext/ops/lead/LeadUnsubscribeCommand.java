package com.altcontext.ops.lead;

import com.altcontext.lead.Consent;
import com.altcontext.lead.Email;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.value.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Withdraws the consent of a person who asked for it by other means than the service, such as by phone. */
@Command(
        name = "unsubscribe",
        description = "Withdraws the consent of an address; exit 1 when nothing is held about it.",
        footer = {"", "Example:", "  altops lead unsubscribe --email jo@example.ca --reason 'asked by phone'"})
final class LeadUnsubscribeCommand implements Runnable {
    private final CommandContext context;

    @Mixin
    private final EmailOption emailOption;

    @Option(names = "--property", paramLabel = "SLUG", description = "On this property only; default: on all.")
    private @Nullable String property;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "The reason, which is kept in the record of consent.")
    private @Nullable String reason;

    LeadUnsubscribeCommand(CommandContext context) {
        this.context = context;
        this.emailOption = new EmailOption(context);
    }

    @Override
    public void run() {
        context.requireProperty(property);
        context.refuseWrongClock();
        Email email = emailOption.read();
        String kept = reason == null ? null : Text.trimmed("--reason", reason, 1, Consent.MAX_REASON);
        Unsubscribe.Withdrawal result = new Unsubscribe(context.sql())
                .byAddress(
                        email,
                        property,
                        new Unsubscribe.UnsubscribeRequest(
                                Unsubscribe.UnsubscribeSource.OPERATOR, kept, null, context.now()));
        if (result.known() == 0) {
            throw EmailOption.unknown();
        }
        context.output()
                .print(
                        JsonObject.ok(true).with("leads", result.known()).with("withdrawn", result.withdrawn()),
                        List.of("withdrew the consent of " + result.withdrawn() + " of "
                                + HumanFormat.count(result.known(), "lead")
                                + (result.withdrawn() < result.known()
                                        ? "; " + (result.known() - result.withdrawn()) + " had withdrawn before"
                                        : "")));
    }
}
