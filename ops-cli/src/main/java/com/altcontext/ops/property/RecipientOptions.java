package com.altcontext.ops.property;

import com.altcontext.delivery.Recipients.MailSettings;
import com.altcontext.lead.Email;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.value.Language;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who gets mails about a property, from the command line. */
final class RecipientOptions {
    @Option(
            names = "--notify",
            arity = "1..*",
            paramLabel = "ADDRESS",
            description = "Mail these addresses about each new lead, instead of NOTIFY_EMAIL.")
    private @Nullable List<String> alerts;

    @Option(
            names = "--notify-details",
            negatable = true,
            description = "Include the lead's address and form in that mail: its readers then hold personal data.")
    private @Nullable Boolean details;

    @Option(
            names = "--report",
            arity = "1..*",
            paramLabel = "ADDRESS",
            description = "Mail the weekly report to these addresses (altops report send).")
    private @Nullable List<String> reports;

    @Option(
            names = "--mail-language",
            paramLabel = "LANGUAGE",
            description = "The language of these mails: en (default) or fr.")
    private @Nullable String language;

    /** @throws com.altcontext.value.Rejected with the options that break rules */
    MailSettings settings() {
        return new MailSettings(
                addresses("--notify", alerts), addresses("--report", reports), language(language), details);
    }

    private static @Nullable Language language(@Nullable String tag) {
        Language named = Language.named(tag);
        if (tag != null && named == null) {
            throw new Failure(Exit.USAGE, "--mail-language is wrong", "write en or fr");
        }
        return named;
    }

    private static @Nullable List<String> addresses(String option, @Nullable List<String> given) {
        List<String> entries = PropertyOptions.entries(given);
        return entries == null
                ? null
                : entries.stream()
                        .map(address -> Email.reachable(option, address).value())
                        .distinct()
                        .toList();
    }
}
