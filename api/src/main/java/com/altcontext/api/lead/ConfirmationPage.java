package com.altcontext.api.lead;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.value.Language;
import org.jspecify.annotations.Nullable;

/** The page behind the link of a {@link ConfirmationMail}: a heading, a sentence, a button, in English or French. */
enum ConfirmationPage {
    ASK(
            200,
            "Confirm your address",
            "Press the button to get e-mail from us. You can unsubscribe at any time.",
            "Confirmer votre adresse",
            "Appuyez sur le bouton pour recevoir nos courriels. Vous pourrez vous désabonner en tout temps."),
    DONE(
            200,
            "Thank you",
            "Your address is confirmed. You can unsubscribe at any time by the link in our e-mail.",
            "Merci",
            "Votre adresse est confirmée. Vous pourrez vous désabonner en tout temps par le lien de nos courriels."),
    OVER(
            410,
            "This link works no longer",
            "It has ended, or you have unsubscribed since. To get e-mail from us, please fill in the form again.",
            "Ce lien ne fonctionne plus",
            "Il est échu, ou vous vous êtes désabonné depuis. Pour recevoir nos courriels, veuillez remplir le formulaire à"
                    + " nouveau."),
    UNKNOWN(
            404,
            "This link does not work",
            "It may have been cut off. Please copy the whole address from the e-mail.",
            "Ce lien ne fonctionne pas",
            "Il est peut-être incomplet. Veuillez copier toute l’adresse qui figure dans le courriel.");

    final int status;
    private final String english;
    private final String french;

    ConfirmationPage(int status, String title, String text, String titre, String texte) {
        this.status = status;
        this.english = page(Language.ENGLISH, title, text, "Confirm");
        this.french = page(Language.FRENCH, titre, texte, "Confirmer");
    }

    /** In the language that the browser prefers of the two, English if it does not say. */
    String in(@Nullable String acceptLanguage) {
        return Language.preferred(acceptLanguage) == Language.FRENCH ? french : english;
    }

    private String page(Language language, String title, String text, String button) {
        boolean asks = name().equals("ASK");
        return HtmlPage.of(
                language,
                title,
                "<p>" + text + "</p>"
                        + (asks ? "<form method=\"post\"><button type=\"submit\">" + button + "</button></form>" : ""));
    }
}
