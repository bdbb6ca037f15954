package com.altcontext.retention;

import com.altcontext.db.Pipeline;
import com.altcontext.db.Tx;
import com.altcontext.lead.Email;

/** How many rows of the leads of one address were deleted. */
record LeadRows(long leads, long submissions, long consents, long links, long messages) {
    private static final String OF_ADDRESS = " WHERE lead_id IN (SELECT id FROM leads WHERE email = ?)";

    /** Deletes them. The lock of the address is held. */
    static LeadRows delete(Tx tx, Email email) {
        Pipeline pipeline = tx.pipeline();
        String address = email.value();
        var messages = DeletedCount.add(pipeline, "outbox" + OF_ADDRESS + " OR destination = ?", address, address);
        var submissions = DeletedCount.add(pipeline, "form_submissions" + OF_ADDRESS, address);
        var consents = DeletedCount.add(pipeline, "consent_events" + OF_ADDRESS, address);
        var links = DeletedCount.add(pipeline, "lead_identities" + OF_ADDRESS, address);
        var leads = DeletedCount.add(pipeline, "leads WHERE email = ?", address);
        pipeline.send();
        return new LeadRows(leads.count(), submissions.count(), consents.count(), links.count(), messages.count());
    }
}
