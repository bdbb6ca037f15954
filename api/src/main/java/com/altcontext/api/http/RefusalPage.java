package com.altcontext.api.http;

import com.altcontext.value.Html;
import com.altcontext.value.Issue;
import com.altcontext.value.Language;
import java.util.List;

/** The page for people whose form was refused or whose link failed: it says what to do. */
enum RefusalPage {
    FAULTS(
            "Please check the form",
            "Your form was not sent. Use your browser's back button, correct the form and send it again.",
            "Veuillez vérifier le formulaire",
            "Votre formulaire n’a pas été envoyé. Revenez en arrière avec le bouton de votre navigateur, corrigez-le et"
                    + " renvoyez-le."),
    TOO_LONG(
            "The form is too long",
            "Your form was not sent. Use your browser's back button, shorten your text and send the form again.",
            "Le formulaire est trop long",
            "Votre formulaire n’a pas été envoyé. Revenez en arrière avec le bouton de votre navigateur, raccourcissez"
                    + " votre texte et renvoyez-le."),
    WRONG_TYPE(
            "This form does not work",
            "Your form was not sent, and sending it again will not help: the site sends it in a format that we cannot read."
                    + " Please tell the owner of the site.",
            "Ce formulaire ne fonctionne pas",
            "Votre formulaire n’a pas été envoyé, et le renvoyer n’y change rien : le site l’envoie sous une forme que"
                    + " nous ne pouvons pas lire. Veuillez en informer le propriétaire du site."),
    LIMITED(
            "Please wait a minute",
            "Too many requests came from your network. Wait a minute, use your browser's back button and try again.",
            "Veuillez patienter une minute",
            "Trop de demandes sont venues de votre réseau. Attendez une minute, revenez en arrière avec le bouton de"
                    + " votre navigateur et réessayez."),
    UNAVAILABLE(
            "Please try again in a moment",
            "We cannot answer right now. Use your browser's back button and try again.",
            "Veuillez réessayer dans un instant",
            "Nous ne pouvons pas répondre pour le moment. Revenez en arrière avec le bouton de votre navigateur et"
                    + " réessayez."),
    FAILED(
            "Something went wrong",
            "The fault is ours, not yours. Please try again later.",
            "Une erreur s’est produite",
            "L’erreur vient de nous. Veuillez réessayer plus tard.");

    private final String title;
    private final String text;
    private final String frenchTitle;
    private final String frenchText;

    RefusalPage(String title, String text, String frenchTitle, String frenchText) {
        this.title = title;
        this.text = text;
        this.frenchTitle = frenchTitle;
        this.frenchText = frenchText;
    }

    /** The whole page. It has a line for each field with a fault; the line for the e-mail address shows an example. */
    static String of(Problem problem, List<Issue> issues, Language language) {
        RefusalPage page = switch (problem) {
            case INVALID_REQUEST -> FAULTS;
            case PAYLOAD_TOO_LARGE -> TOO_LONG;
            case UNSUPPORTED_MEDIA_TYPE -> WRONG_TYPE;
            case RATE_LIMITED -> LIMITED;
            case UNAVAILABLE -> UNAVAILABLE;
            default -> FAILED;
        };
        boolean french = language == Language.FRENCH;
        StringBuilder content = new StringBuilder("<p>")
                .append(french ? page.frenchText : page.text)
                .append("</p>");
        issues.stream()
                .map(Issue::path)
                .filter(path -> !path.isEmpty())
                .distinct()
                .forEach(
                        path -> content.append("<p>").append(line(path, french)).append("</p>"));
        return HtmlPage.of(language, french ? page.frenchTitle : page.title, content.toString());
    }

    private static String line(String field, boolean french) {
        if (field.equals("email")) {
            return french
                    ? "L’adresse courriel doit être complète, comme jo@exemple.ca."
                    : "The e-mail address must be complete, like jo@example.ca.";
        }
        return (french ? "Champ à corriger\u00A0: " : "Field to correct: ") + Html.escaped(field);
    }
}
