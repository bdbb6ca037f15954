package com.altcontext.api.lead;

import com.altcontext.api.delivery.Mail;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.delivery.Outbox;
import com.altcontext.lead.Consent;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.value.Html;
import com.altcontext.value.Language;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The mail that asks the owner of an address to confirm the consent that a form gave. It asks for consent, so it
 * names the purposes, who asks, how to reach them, and how to get no mail (SOR/2012-36, s. 2 to 4). It may go to
 * people who never filled in that form. So the only text of the form that it shows is the purposes, if they are plain
 * words.
 */
public final class ConfirmationMail {
    private static final String PATH = "/v1/leads/confirm/";

    /**
     * Plain words, which mail programs do not turn into links: no dot, colon, slash or at sign, and no telephone
     * number.
     */
    private static final Pattern PLAIN =
            Pattern.compile("(?!(?:[^0-9]*[0-9]){5})[\\p{L}\\p{M}0-9][\\p{L}\\p{M}0-9 ,'’&()-]{0,63}");

    private static final int MAX_PURPOSES = 5;

    private static final Words ENGLISH = new Words(
            "Please confirm: e-mail from %s",
            "This address was entered in a form of %s, to get e-mail from that site.",
            "Purpose: %s",
            "the page shows it",
            "If this was you, open this page and press its button. The link works for 14 days:",
            "Confirm",
            "If this was not you, do nothing. %s will not write to you about this.",
            "You can withdraw your consent at any time. To get no e-mail from %s:",
            "Unsubscribe",
            "Questions: %s");

    private static final Words FRENCH = new Words(
            "Veuillez confirmer\u00A0: courriels de %s",
            "Cette adresse a été saisie dans un formulaire de %s, pour recevoir des courriels.",
            "Objet\u00A0: %s",
            "la page l’indique",
            "Si c’était vous, ouvrez cette page et appuyez sur le bouton. Elle fonctionne pendant 14 jours\u00A0:",
            "Confirmer",
            "Si ce n’était pas vous, ne faites rien. %s ne vous écrira pas à ce sujet.",
            "Vous pouvez retirer votre consentement en tout temps. Pour ne recevoir aucun courriel de %s\u00A0:",
            "Me désabonner",
            "Questions\u00A0: %s");

    private final String base;
    private final ConfirmationToken token;
    private final UnsubscribeLinks unsubscribe;
    private final Optional<String> contact;
    private final Optional<String> postalAddress;
    private final InstantSource clock;

    /**
     * @param publicUrl where the service is reached from outside
     * @param contact an address for questions about privacy
     * @param postalAddress the sender's postal address
     */
    public ConfirmationMail(
            URI publicUrl,
            ConfirmationToken token,
            UnsubscribeLinks unsubscribe,
            Optional<String> contact,
            Optional<String> postalAddress,
            InstantSource clock) {
        this.base = publicUrl + PATH;
        this.token = token;
        this.unsubscribe = unsubscribe;
        this.contact = contact;
        this.postalAddress = postalAddress;
        this.clock = clock;
    }

    private record Words(
            String subject,
            String why,
            String purposes,
            String more,
            String ask,
            String button,
            String otherwise,
            String withdraw,
            String unsubscribe,
            String questions) {}

    /**
     * Writes the mail. The lifetime of the link begins when the mail is sent, however long the mail server was down.
     */
    public Mail of(Outbox.Message message) {
        JsonObject body = new JsonObject(message.body());
        UUID lead = Objects.requireNonNull(message.leadId(), "a confirmation mail is about a lead");
        String property = Objects.requireNonNull(message.propertyId(), "a lead belongs to a property");
        String link = base
                + token.of(new ConfirmationToken.Request(
                        lead, body.getLong("consentId"), clock.instant().plus(ConfirmationToken.LIFETIME)));
        Words words = message.language() == Language.FRENCH ? FRENCH : ENGLISH;
        String site = body.getString("site");
        String subject = words.subject.formatted(site);
        String why = words.why.formatted(site);
        String otherwise = words.otherwise.formatted(site);
        String purposes = words.purposes.formatted(
                purposes(body.getJsonArray("purposes", new JsonArray()), message.language(), words));
        String withdraw = words.withdraw.formatted(site);
        URI unsubscribeLink = unsubscribe.of(new UnsubscribeToken.Subject(lead, property));
        String sender = postalAddress.map(address -> site + ", " + address).orElse(site);
        String questions = contact.map(words.questions::formatted).orElse("");
        return new Mail(
                subject,
                String.join(
                                        "\n\n",
                                        why,
                                        purposes,
                                        words.ask,
                                        link,
                                        otherwise,
                                        withdraw + "\n" + unsubscribeLink,
                                        sender,
                                        questions)
                                .strip()
                        + "\n",
                Mail.page(
                        message.language(),
                        subject,
                        "<p>" + Html.escaped(why) + "</p><p>" + Html.escaped(purposes) + "</p><p>" + words.ask
                                + "</p><p><a href=\"" + link + "\">" + words.button
                                + "</a></p><p style=\"font-size:.85em\">" + link + "</p><p>"
                                + Html.escaped(otherwise)
                                + "</p><p>" + Html.escaped(withdraw) + " <a href=\"" + unsubscribeLink + "\">"
                                + words.unsubscribe + "</a></p><p>" + Html.escaped(sender) + "</p><p>"
                                + Html.escaped(questions) + "</p>"),
                unsubscribeLink);
    }

    /**
     * The purpose in the reader's language. Only the default purpose is translated: the others are the site's own
     * words.
     */
    static String purposeIn(Language language, String purpose) {
        return language == Language.FRENCH && purpose.equals(Consent.DEFAULT_PURPOSE) ? "infolettre" : purpose;
    }

    /** The purposes that are plain words. If there are others, the text says where to find them. */
    private static String purposes(JsonArray asked, Language language, Words words) {
        List<String> plain = asked.stream()
                .map(purpose -> purposeIn(language, String.valueOf(purpose)))
                .filter(purpose -> PLAIN.matcher(purpose).matches())
                .limit(MAX_PURPOSES)
                .toList();
        return plain.size() < asked.size() || plain.isEmpty()
                ? Stream.concat(plain.stream(), Stream.of(words.more)).collect(Collectors.joining(", "))
                : String.join(", ", plain);
    }
}
