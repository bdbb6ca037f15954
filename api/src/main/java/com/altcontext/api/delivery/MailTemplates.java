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
     * @throws IllegalStateException if the event is from a later release: its mail waits for a machine that knows it
     */
    Mail of(Outbox.Message message) {
        Function<Outbox.Message, Mail> template = byEvent.get(message.event());
        if (template == null) {
            throw new IllegalStateException("no mail is written about this event");
        }
        return template.apply(message);
    }
}
