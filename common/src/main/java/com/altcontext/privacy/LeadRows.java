package com.altcontext.privacy;

import com.altcontext.db.IsoTime;
import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.lead.Email;
import java.util.Collection;
import java.util.UUID;

/**
 * Deletes leads with all their rows, and counts what was deleted. The {@code lead.erased} messages to webhooks are
 * written in the same transaction.
 */
public record LeadRows(long leads, long submissions, long consents, long links, long messages) {
    static final LeadRows NONE = new LeadRows(0, 0, 0, 0, 0);

    /** The message holds only ids. Its row does not name the lead, so that it is not deleted with the lead. */
    private static final String PUT_ERASED = """
            INSERT INTO outbox (id, kind, event, destination, property_id, body)
            SELECT gen_random_uuid(), 'webhook', 'lead.erased', w.name, l.property_id,
                   jsonb_build_object(
                       'type', 'lead.erased',
                       'timestamp', %s,
                       'data', jsonb_build_object('leadId', l.id, 'propertyId', l.property_id))::text
            FROM leads AS l JOIN webhooks AS w ON 'lead.erased' = ANY (w.events)
            """.formatted(IsoTime.of("now()"));

    /**
     * Deletes the rows of an address, messages to it, and its entries as a recipient of alerts and reports. The caller
     * holds the lock of the address.
     */
    static LeadRows delete(Tx tx, Email email) {
        Pipeline pipeline = tx.pipeline();
        DeletedCount others = DeletedCount.add(pipeline, "outbox WHERE destination = ?", email.value());
        DeletedCount asRecipient = DeletedCount.add(pipeline, "recipients WHERE email = ?", email.value());
        LeadRows rows = delete(pipeline, "email = ?", email.value());
        return new LeadRows(
                rows.leads,
                rows.submissions,
                rows.consents,
                rows.links,
                rows.messages + others.count() + asRecipient.count());
    }

    /** Deletes some leads. The caller holds the locks of their addresses. */
    public static LeadRows delete(Tx tx, Collection<UUID> leads) {
        return delete(tx.pipeline(), "id = ANY (?::uuid[])", leads.toArray(UUID[]::new));
    }

    private static LeadRows delete(Pipeline pipeline, String condition, Object parameter) {
        String ofLeads = " WHERE lead_id IN (SELECT id FROM leads WHERE " + condition + ")";
        pipeline.update(PUT_ERASED + "WHERE l." + condition, parameter);
        pipeline.update(
                "DELETE FROM expired_consents WHERE consent_id IN (SELECT id FROM consent_events" + ofLeads + ")",
                parameter);
        var messages = DeletedCount.add(pipeline, "outbox" + ofLeads, parameter);
        var submissions = DeletedCount.add(pipeline, "form_submissions" + ofLeads, parameter);
        var consents = DeletedCount.add(pipeline, "consent_events" + ofLeads, parameter);
        var links = DeletedCount.add(pipeline, "lead_identities" + ofLeads, parameter);
        var leads = DeletedCount.add(pipeline, "leads WHERE " + condition, parameter);
        pipeline.send();
        return new LeadRows(leads.count(), submissions.count(), consents.count(), links.count(), messages.count());
    }
}
