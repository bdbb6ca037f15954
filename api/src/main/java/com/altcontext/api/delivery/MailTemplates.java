package com.altcontext.api.delivery;

import com.altcontext.delivery.Outbox;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes the mails of the outbox.
 *
 * @param byEvent the template for each event
 */
public record MailTemplates(Map<String, Function<Outbox.Message, Mail>> byEvent) {
    public MailTemplates {
        byEvent = Map.copyOf(byEvent);
    }

    /**
     * @throws IllegalStateException if a later release has written the event: its mail waits for a machine of that
     *     release
     */
    Mail of(Outbox.Message message) {
        Function<Outbox.Message, Mail> template = byEvent.get(message.event());
        if (template == null) {
            throw new IllegalStateException("there is no mail template for this event");
        }
        return template.apply(message);
    }
}
