package com.altcontext.ops.lead;

import com.altcontext.lead.Email;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the links for mail that another program sends. */
@Command(
        name = "unsubscribe-link",
        description = {
            "Prints the unsubscribe link of an address for each property, with the two header fields for the mail "
                    + "(RFC 8058). Needs PUBLIC_URL, and UNSUBSCRIBE_SECRET or IP_HASH_PEPPER, as the service has them."
        },
        footer = {"", "Example:", "  altops lead unsubscribe-link --email jo@example.ca --property docs"})
final class LeadUnsubscribeLinkCommand implements Runnable {
    private static final String LEADS = """
            SELECT id, property_id FROM leads
            WHERE email = ? AND property_id = coalesce(?::text, property_id) ORDER BY property_id
            """;

    private final CommandContext context;

    @Mixin
    private final EmailOption emailOption;

    @Option(names = "--property", paramLabel = "SLUG", description = "For this property only; default: for all.")
    private @Nullable String property;

    LeadUnsubscribeLinkCommand(CommandContext context) {
        this.context = context;
        this.emailOption = new EmailOption(context);
    }

    @Override
    public void run() {
        Email email = emailOption.read();
        UnsubscribeLinks links = context.environment().links();
        context.requireProperty(property);
        List<UnsubscribeToken.Subject> leads = context.sql()
                .inTransaction(tx -> tx.query(
                        LEADS, row -> new UnsubscribeToken.Subject(row.id(1), row.text(2)), email.value(), property));
        if (leads.isEmpty()) {
            throw EmailOption.unknown();
        }
        context.output()
                .show(
                        JsonObject.ok(true).with("links", leads, lead -> json(lead, links)),
                        leads.stream().flatMap(lead -> lines(lead, links)).toList());
    }

    private static JsonObject json(UnsubscribeToken.Subject lead, UnsubscribeLinks links) {
        return new JsonObject()
                .with("property", lead.propertyId())
                .with("url", links.of(lead))
                .with("listUnsubscribe", links.listUnsubscribe(lead))
                .with("listUnsubscribePost", UnsubscribeLinks.LIST_UNSUBSCRIBE_POST);
    }

    private static Stream<String> lines(UnsubscribeToken.Subject lead, UnsubscribeLinks links) {
        return Stream.of(
                lead.propertyId() + ": " + links.of(lead),
                "  List-Unsubscribe: " + links.listUnsubscribe(lead),
                "  List-Unsubscribe-Post: " + UnsubscribeLinks.LIST_UNSUBSCRIBE_POST);
    }
}
