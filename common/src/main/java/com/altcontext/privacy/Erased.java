package com.altcontext.privacy;

/**
 * The rows that an erasure removed, by kind.
 *
 * @param consents rows of {@code consent_events}
 * @param messages unsent messages, and entries of the address as a recipient of alerts or reports
 * @param visitors who submitted a form with the address, or whose identifier holds it
 * @param changed rows of other people that held the address and now hold {@code [erased]} in its place
 */
public record Erased(
        long leads,
        long submissions,
        long consents,
        long links,
        long messages,
        long visitors,
        long sessions,
        long events,
        long changed) {
    static Erased of(LeadRows leads, VisitorRows visitors, long changed) {
        return new Erased(
                leads.leads(),
                leads.submissions(),
                leads.consents(),
                leads.links() + visitors.links(),
                leads.messages(),
                visitors.visitors(),
                visitors.sessions(),
                visitors.events(),
                changed);
    }

    boolean isNothing() {
        return leads + submissions + consents + links + messages + visitors + sessions + events + changed == 0;
    }
}
