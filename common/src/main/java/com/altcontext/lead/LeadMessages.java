package com.altcontext.lead;

import java.util.List;

/**
 * Who is notified of captures, besides the webhooks in the database.
 *
 * @param isOn false for no messages at all, for example about demo leads
 * @param toConfiguredWebhook whether {@code LEAD_WEBHOOK_URL} is set
 * @param sendsMails whether there is a mail server; without one no mail is written
 * @param notifyAddresses {@code NOTIFY_EMAIL}: who gets the alerts of properties that have no alert recipients of
 *     their own
 */
public record LeadMessages(
        boolean isOn, boolean toConfiguredWebhook, boolean sendsMails, List<String> notifyAddresses) {
    public static final LeadMessages NONE = new LeadMessages(false, false, false, List.of());

    public LeadMessages {
        notifyAddresses = List.copyOf(notifyAddresses);
    }
}
