package com.altcontext.api.lead;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.consent.Confirmation;
import com.altcontext.consent.Confirmation.Choice;
import com.altcontext.consent.Confirmation.Question;
import com.altcontext.value.Html;
import com.altcontext.value.Language;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The page that asks a person which forms to confirm. It has one button if a single form waits, and boxes if several
 * wait or if the person has already confirmed another. No box is ticked beforehand: a stranger may have sent the
 * form, and a tick must be the person's own (CASL, S.C. 2010, c. 23, s. 10(1)). What the forms say is shown as text,
 * never as a link.
 */
final class ConfirmationPage {
    /** The field of a ticked box, or of the only form. */
    private static final String CONSENT = "consent";

    /** The field of a page with boxes: if it is sent without a ticked box, nothing is confirmed. */
    private static final String LISTED = "listed";

    private static final Pattern TICKED = Pattern.compile("(?<![^&])" + CONSENT + "=([0-9]{1,18})(?![^&])");

    private static final Words ENGLISH = new Words(
            "Confirm your address",
            "Press the button to get this by e-mail from %s. You can unsubscribe at any time.",
            "Forms with your address ask for e-mail from %s. Tick what you want to get, and leave out what you did not ask for."
                    + " You can unsubscribe at any time.",
            "Nothing is ticked, so nothing is confirmed.",
            "Form: %s",
            "Page: %s",
            "Text: %s",
            "Confirm");

    private static final Words FRENCH = new Words(
            "Confirmer votre adresse",
            "Appuyez sur le bouton pour recevoir ceci par courriel de %s. Vous pourrez vous désabonner en tout temps.",
            "Des formulaires portant votre adresse demandent des courriels de %s. Cochez ce que vous voulez recevoir et laissez ce"
                    + " que vous n’avez pas demandé. Vous pourrez vous désabonner en tout temps.",
            "Rien n’est coché\u00A0: rien n’est confirmé.",
            "Formulaire\u00A0: %s",
            "Page\u00A0: %s",
            "Texte\u00A0: %s",
            "Confirmer");

    private ConfirmationPage() {}

    private record Words(
            String title,
            String one,
            String several,
            String nothing,
            String form,
            String page,
            String text,
            String button) {}

    /**
     * The answer that the page sends.
     *
     * @param chosen ids of {@link Choice}
     * @param isListed whether the page had boxes
     */
    record Answer(List<Long> chosen, boolean isListed) {
        static Answer read(byte[] body) {
            String text = new String(body, StandardCharsets.US_ASCII);
            return new Answer(
                    TICKED.matcher(text)
                            .results()
                            .map(ticked -> Long.valueOf(ticked.group(1)))
                            .toList(),
                    text.contains(LISTED + "="));
        }
    }

    /** @param isRepeated whether the button was pressed with nothing ticked */
    static String of(Language language, Question question, boolean isRepeated) {
        Words words = language == Language.FRENCH ? FRENCH : ENGLISH;
        String site = Html.escaped(question.site());
        List<Choice> choices = question.choices();
        String fields;
        if (choices.size() == 1 && !isRepeated && !question.isAnswered()) {
            Choice only = choices.getFirst();
            fields = "<p>" + words.one.formatted(site) + "</p><div class=\"choice\"><strong>" + purpose(only, language)
                    + "</strong>" + details(only, words) + "</div>" + hidden(CONSENT, only.id());
        } else {
            fields = (isRepeated ? "<p role=\"alert\">" + words.nothing + "</p>" : "") + "<fieldset><legend>"
                    + words.several.formatted(site) + "</legend>"
                    + choices.stream()
                            .map(choice -> box(choice, language, words))
                            .collect(Collectors.joining()) + "</fieldset>"
                    + hidden(LISTED, choices.size());
        }
        return HtmlPage.of(
                language,
                words.title,
                "<form method=\"post\">" + fields + "<button type=\"submit\">" + words.button + "</button></form>");
    }

    private static String hidden(String name, long value) {
        return "<input type=\"hidden\" name=\"" + name + "\" value=\"" + value + "\">";
    }

    private static String box(Choice choice, Language language, Words words) {
        long id = choice.id();
        return "<div class=\"choice\"><input type=\"checkbox\" name=\"" + CONSENT + "\" value=\"" + id + "\" id=\"c"
                + id
                + "\" aria-describedby=\"d" + id + "\"> <label for=\"c" + id + "\"><strong>" + purpose(choice, language)
                + "</strong></label><div id=\"d" + id + "\">" + details(choice, words) + "</div></div>";
    }

    private static String purpose(Choice choice, Language language) {
        return text(ConfirmationMail.purposeIn(language, choice.purpose()));
    }

    private static String details(Choice choice, Words words) {
        Confirmation.ShownText shown = choice.text();
        String quote = shown == null
                ? ""
                : "<blockquote lang=\"" + shown.language() + "\">"
                        + Html.escaped(shown.content().strip()) + "</blockquote>";
        String page = choice.page() == null ? "" : "<br>" + words.page.formatted(text(choice.page()));
        String version = choice.textVersion() == null ? "" : "<br>" + words.text.formatted(text(choice.textVersion()));
        return quote + "<p><small>" + words.form.formatted(text(choice.form())) + page + version + "</small></p>";
    }

    /** Text that a stranger may have typed, isolated so that its direction does not affect the rest. */
    private static String text(String typed) {
        return "<bdi>" + Html.escaped(typed) + "</bdi>";
    }
}
