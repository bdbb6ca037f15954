package com.altcontext.api.http;

import com.altcontext.value.Language;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * The page behind a link in a mail, in English or French: a heading, a sentence, and a button if it asks for something.
 * Nothing changes until the button is pressed, since mail scanners follow every link.
 */
public record LinkPage(int status, String english, String french) {
    /** For a link whose signature is wrong. */
    public static final LinkPage UNKNOWN = of(
            404,
            "This link does not work",
            "It may have been cut off. Please copy the whole address from the e-mail.",
            "Ce lien ne fonctionne pas",
            "Il est peut-être incomplet. Veuillez copier toute l’adresse qui figure dans le courriel.");

    /** Makes a page in one language. */
    public static LinkPage of(int status, String html) {
        return new LinkPage(status, html, html);
    }

    /** A page with a message in HTML. */
    public static LinkPage of(int status, String title, String text, String frenchTitle, String frenchText) {
        return new LinkPage(
                status,
                HtmlPage.of(Language.ENGLISH, title, paragraph(text)),
                HtmlPage.of(Language.FRENCH, frenchTitle, paragraph(frenchText)));
    }

    /** A page with a button, which posts to the address of the page. */
    public static LinkPage asking(
            String title, String text, String button, String frenchTitle, String frenchText, String frenchButton) {
        return new LinkPage(
                200,
                HtmlPage.of(Language.ENGLISH, title, paragraph(text) + form(button)),
                HtmlPage.of(Language.FRENCH, frenchTitle, paragraph(frenchText) + form(frenchButton)));
    }

    private static String paragraph(String text) {
        return "<p>" + text + "</p>";
    }

    private static String form(String button) {
        return "<form method=\"post\"><button type=\"submit\">" + button + "</button></form>";
    }

    /** The page in the language that the browser prefers; English if it does not say. */
    public String in(@Nullable String acceptLanguage) {
        return Language.preferred(acceptLanguage) == Language.FRENCH ? french : english;
    }

    /** Answers outside of the resources. */
    void send(RoutingContext routing) {
        HtmlPage.setHeaders(routing.response());
        var _ = routing.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, HtmlPage.TYPE)
                .end(in(routing.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE)));
    }

    /** The one of the two languages that the browser prefers. */
    public static Language language(RoutingContext routing) {
        return Language.preferred(routing.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE));
    }

    public RestResponse<String> answer(RoutingContext routing) {
        HtmlPage.setHeaders(routing.response());
        return RestResponse.ResponseBuilder.<String>create(status)
                .entity(in(routing.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE)))
                .header("Content-Type", HtmlPage.TYPE)
                .build();
    }
}
