package com.altcontext.privacy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contact for questions about personal information, what is collected, and for how long it is kept (PIPEDA,
 * Schedule 1, principles 4.1 and 4.8). docs/privacy.md says the same in full.
 *
 * @param contact an e-mail address, or null if the operator has named none
 */
public record PrivacyNotice(@Nullable String contact, Retention retention, List<Collected> collected) {
    /** How long raw events, rollups and unconfirmed leads are kept. */
    public record Retention(int rawEventDays, int rollupMonths, int unconfirmedLeadDays) {}

    /** One kind of information, why it is collected, and until when it is kept. */
    public record Collected(String what, String why, String until) {}

    /** @param linksHeuristically whether heuristic links are made */
    public static PrivacyNotice of(
            @Nullable String contact,
            int rawEventDays,
            int rollupMonths,
            int unconfirmedLeadDays,
            boolean linksHeuristically) {
        String days = rawEventDays + " days";
        return new PrivacyNotice(
                contact,
                new Retention(rawEventDays, rollupMonths, unconfirmedLeadDays),
                List.of(
                        new Collected(
                                "a random identifier made by the browser, pages visited, campaign, referring site, kind of"
                                        + " device, country, page speed",
                                "to count visits and to see which pages and campaigns are of use",
                                days + "; for those who leave an e-mail address, the identifier, and the campaign,"
                                        + " referring site and first page of the visits that led to it, as long as the"
                                        + " address"),
                        new Collected(
                                "keyed hashes of the network address and of the browser's name; never the address or the name",
                                "to distinguish visits, to stop abuse, and to prove where a consent came from"
                                        + (linksHeuristically
                                                ? "; also to guess which other visits are those of a person who fills"
                                                        + " in a form"
                                                : ""),
                                days + "; with a consent, as long as the e-mail address"),
                        new Collected(
                                "the e-mail address, what else is filled into a form, and which visits came from the"
                                        + " same browser",
                                "to answer, to write to those who agreed to it, and to see which visits lead to forms",
                                "until its owner asks to be forgotten; " + unconfirmedLeadDays
                                        + " days if its owner was asked by mail to confirm and did not"),
                        new Collected(
                                "each consent and its withdrawal: when, how, on which page, to which text",
                                "the law requires senders of commercial messages to be able to prove consent",
                                "as long as the e-mail address"),
                        new Collected(
                                "totals over all visitors of a day and, for a day with few visitors, shortened identifiers of"
                                        + " them, computed from the browser's identifier",
                                "to compare months and years, and to count a visitor of several days once",
                                rollupMonths + " months")));
    }
}
