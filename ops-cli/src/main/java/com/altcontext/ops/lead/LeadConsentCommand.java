package com.altcontext.ops.lead;

import com.altcontext.lead.Consent;
import com.altcontext.lead.Email;
import com.altcontext.lead.OperatorConsent;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.value.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Records express consent that the operator has in writing. */
@Command(
        name = "consent",
        description = {
            "Records express consent that you have in writing. Only this or a confirmation by mail ends a withdrawal.",
            "Exit 1 when nothing is held about the address."
        },
        footer = {"", "Example:", "  altops lead consent --email jo@example.ca --status express --reason 'on paper'"})
final class LeadConsentCommand implements Runnable {
    private final CommandContext context;

    @Mixin
    private final EmailOption emailOption;

    @Option(names = "--status", required = true, paramLabel = "STATUS", description = "The new status: express.")
    private String status = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Where the written consent is filed; kept in the record of consent.")
    private String reason = "";

    @Option(names = "--purpose", paramLabel = "PURPOSE", description = "What the consent is for; default: newsletter.")
    private String purpose = Consent.DEFAULT_PURPOSE;

    @Option(
            names = "--property",
            paramLabel = "SLUG",
            description = "The property; required if the address is known on several.")
    private @Nullable String property;

    LeadConsentCommand(CommandContext context) {
        this.context = context;
        this.emailOption = new EmailOption(context);
    }

    @Override
    public void run() {
        if (!status.equals("express")) {
            throw new Failure(
                    Exit.USAGE,
                    "--status is wrong",
                    "write express; consent is withdrawn with: altops lead unsubscribe");
        }
        Email email = emailOption.read();
        context.requireProperty(property);
        context.refuseWrongClock();
        OperatorConsent.Grant grant = new OperatorConsent.Grant(
                email,
                property,
                Text.trimmed("--purpose", purpose, 1, Consent.MAX_PURPOSE),
                Text.trimmed("--reason", reason, 1, Consent.MAX_REASON),
                context.now());
        int leads = new OperatorConsent(context.sql()).record(grant);
        if (leads == 0) {
            throw EmailOption.unknown();
        }
        if (leads > 1) {
            throw new Failure(
                    Exit.FAILED,
                    "the address is known on " + leads + " properties, and nothing was recorded",
                    "name one with --property");
        }
        context.output()
                .print(
                        JsonObject.ok(true).with("status", status).with("purpose", grant.purpose()),
                        List.of("recorded express consent for " + grant.purpose()));
    }
}
