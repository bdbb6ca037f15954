package com.altcontext.api.lead;

import com.altcontext.api.delivery.Mail;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.delivery.Outbox;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.value.Language;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The mail that asks an address to confirm what a form said for it. It goes to people who may never have filled in that form, so it
 * holds no word of the form, and asks for nothing from those who do not want it.
 */
public final class ConfirmationMail {
    private static final String PATH = "/v1/leads/confirm/";

    private static final Words ENGLISH = new Words(
            "Please confirm: e-mail from %s",
            "This address was entered in a form of %s, to get e-mail from there.",
            "If it was you, open this page and press its button. It works for 14 days:",
            "Confirm",
            "If it was not you, do nothing. You will get no e-mail from %s.",
            "Questions: %s");

    private static final Words FRENCH = new Words(
            "Veuillez confirmer : courriels de %s",
            "Cette adresse a été saisie dans un formulaire de %s, pour recevoir des courriels.",
            "Si c’était vous, ouvrez cette page et appuyez sur le bouton. Elle fonctionne pendant 14 jours :",
            "Confirmer",
            "Si ce n’était pas vous, ne faites rien. Vous ne recevrez aucun courriel de %s.",
            "Questions : %s");

    private final String base;
    private final ConfirmationToken token;
    private final UnsubscribeLinks unsubscribe;
    private final Optional<String> contact;
    private final InstantSource clock;

    /**
     * @param publicUrl where the service is reached from outside
     * @param contact an address for questions about privacy
     */
    public ConfirmationMail(
            URI publicUrl,
            ConfirmationToken token,
            UnsubscribeLinks unsubscribe,
            Optional<String> contact,
            InstantSource clock) {
        this.base = publicUrl + PATH;
        this.token = token;
        this.unsubscribe = unsubscribe;
        this.contact = contact;
        this.clock = clock;
    }

    private record Words(String subject, String why, String ask, String button, String otherwise, String questions) {}

    /** Its link ends so long after it was sent, however long the mail server was away. */
    public Mail of(Outbox.Message message) {
        JsonObject body = new JsonObject(message.body());
        UUID lead = Objects.requireNonNull(message.leadId(), "a confirmation is of a lead");
        String property = Objects.requireNonNull(message.propertyId(), "a lead is of a property");
        String link = base
                + token.of(new ConfirmationToken.Request(
                        lead, body.getLong("consentId"), clock.instant().plus(ConfirmationToken.LIFETIME)));
        Words words = message.language() == Language.FRENCH ? FRENCH : ENGLISH;
        String site = body.getString("site");
        String subject = words.subject.formatted(site);
        String why = words.why.formatted(site);
        String otherwise = words.otherwise.formatted(site);
        String questions = contact.map(words.questions::formatted).orElse("");
        return new Mail(
                subject,
                String.join("\n\n", why, words.ask, link, otherwise, questions).strip() + "\n",
                Mail.page(
                        message.language(),
                        subject,
                        "<p>" + Mail.escaped(why) + "</p><p>" + words.ask + "</p><p><a href=\"" + link + "\">"
                                + words.button + "</a></p><p style=\"font-size:.85em\">" + link + "</p><p>"
                                + Mail.escaped(otherwise) + "</p><p>" + Mail.escaped(questions) + "</p>"),
                unsubscribe.of(new UnsubscribeToken.Subject(lead, property)));
    }
}
