package com.altcontext.api.lead;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.value.Language;
import org.jspecify.annotations.Nullable;

/**
 * The page behind an unsubscribe link: a heading, a sentence, a button, in English or French. It needs no script, loads
 * nothing, and says nothing of whose link it is.
 */
public enum UnsubscribePage {
    ASK(
            200,
            "Unsubscribe",
            "Press the button to get no more e-mail from us.",
            "Se désabonner",
            "Appuyez sur le bouton pour ne plus recevoir de courriels de notre part."),
    DONE(
            200,
            "You are unsubscribed",
            "We will not write to you again.",
            "Vous êtes désabonné",
            "Nous ne vous écrirons plus."),
    UNKNOWN(
            404,
            "This link does not work",
            "It may have been cut off. Please copy the whole address from the e-mail.",
            "Ce lien ne fonctionne pas",
            "Il est peut-être incomplet. Veuillez copier toute l’adresse qui figure dans le courriel.");

    final int status;
    private final String english;
    private final String french;

    UnsubscribePage(int status, String title, String text, String titre, String texte) {
        this.status = status;
        this.english = page(Language.ENGLISH, title, text, "Unsubscribe");
        this.french = page(Language.FRENCH, titre, texte, "Me désabonner");
    }

    /** In the language that the browser prefers of the two, English if it does not say. */
    public String in(@Nullable String acceptLanguage) {
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
