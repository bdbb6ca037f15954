package com.altcontext.ops.consent;

import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.privacy.ConsentCertificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the proof of a person's consent. */
@Command(
        name = "certificate",
        description = {
            "Prints who agreed to which words, when, by which form, how it was confirmed, what changed since, and until when it "
                    + "holds. Writes a line into the audit log; exit 1 when nothing is held. Needs IP_HASH_PEPPER."
        },
        footer = {"", "Example:", "  altops consent certificate --email jo@example.ca --property docs"})
final class ConsentCertificateCommand implements Runnable {
    private final CommandContext context;

    @Mixin
    private final EmailOption emailOption;

    @Option(names = "--property", paramLabel = "SLUG", description = "On this property only; default: on all.")
    private @Nullable String property;

    ConsentCertificateCommand(CommandContext context) {
        this.context = context;
        this.emailOption = new EmailOption(context);
    }

    @Override
    public void run() {
        context.requireProperty(property);
        context.refuseWrongClock();
        ConsentCertificate certificate = ConsentCertificate.issue(
                        context.sql(), context.environment().hash(), emailOption.read(), property, context.now())
                .orElseThrow(EmailOption::unknown);
        List<String> lines = CertificateText.of(certificate);
        context.output().show(CertificateText.json(certificate), lines);
    }
}
