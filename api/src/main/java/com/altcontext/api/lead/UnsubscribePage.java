package com.altcontext.api.lead;

import com.altcontext.value.Language;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
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

    private static final String STYLE = "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;"
            + "padding:0 1rem;color:#1a1a1a;background:#fff}h1{font-size:1.6rem;line-height:1.2}"
            + "button{font:inherit;padding:.6rem 1.2rem;border:2px solid #14532d;border-radius:.4rem;"
            + "background:#14532d;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #2563eb;"
            + "outline-offset:3px}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";

    /** What the content security policy lets through: this style and nothing else. */
    public static final String STYLE_HASH = "sha256-" + hash(STYLE);

    static final String SECURITY_POLICY = "default-src 'none'; style-src '" + STYLE_HASH
            + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    final int status;
    private final String english;
    private final String french;

    UnsubscribePage(int status, String title, String text, String titre, String texte) {
        this.status = status;
        this.english = page("en", title, text, "Unsubscribe");
        this.french = page("fr", titre, texte, "Me désabonner");
    }

    /** In the language that the browser prefers of the two, English if it does not say. */
    public String in(@Nullable String acceptLanguage) {
        return Language.preferred(acceptLanguage) == Language.FRENCH ? french : english;
    }

    private String page(String language, String title, String text, String button) {
        boolean asks = name().equals("ASK");
        return "<!doctype html>\n<html lang=\"" + language + "\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<meta name=\"robots\" content=\"noindex\">"
                + "<title>" + title + "</title><style>" + STYLE + "</style></head>"
                + "<body><main><h1>" + title + "</h1><p>" + text + "</p>"
                + (asks ? "<form method=\"post\"><button type=\"submit\">" + button + "</button></form>" : "")
                + "</main></body></html>\n";
    }

    private static String hash(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return Base64.getEncoder().encodeToString(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
