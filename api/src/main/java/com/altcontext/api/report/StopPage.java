package com.altcontext.api.report;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.value.Language;
import org.jspecify.annotations.Nullable;

/** The page behind the link of a weekly report: a heading, a sentence, a button, in English or French. */
enum StopPage {
    ASK(
            200,
            "Stop the weekly report",
            "Press the button to get no more weekly reports of this site.",
            "Ne plus recevoir le rapport",
            "Appuyez sur le bouton pour ne plus recevoir le rapport hebdomadaire de ce site."),
    DONE(
            200,
            "The report is stopped",
            "You will get no more weekly reports of this site.",
            "Le rapport est arrêté",
            "Vous ne recevrez plus le rapport hebdomadaire de ce site."),
    UNKNOWN(
            404,
            "This link does not work",
            "It may have been cut off. Please copy the whole address from the e-mail.",
            "Ce lien ne fonctionne pas",
            "Il est peut-être incomplet. Veuillez copier toute l’adresse qui figure dans le courriel.");

    final int status;
    private final String english;
    private final String french;

    StopPage(int status, String title, String text, String titre, String texte) {
        this.status = status;
        this.english = page(Language.ENGLISH, title, text, "Stop");
        this.french = page(Language.FRENCH, titre, texte, "Arrêter");
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
