package com.altcontext.api.http;

import com.altcontext.value.Language;
import com.altcontext.value.Sha256;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Base64;

/** The small pages that people see: a heading and some content. They need no script and load nothing. */
public final class HtmlPage {
    public static final String TYPE = "text/html; charset=utf-8";

    private static final String STYLE = "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;"
            + "padding:0 1rem;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.2}"
            + "button{font:inherit;padding:.6rem 1.2rem;border:2px solid #14532d;border-radius:.4rem;"
            + "background:#14532d;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #2563eb;"
            + "outline-offset:3px}input:focus-visible{outline:3px solid #2563eb;outline-offset:2px}"
            + "fieldset{border:0;margin:0;padding:0}.choice{margin:1.2rem 0}"
            + ".choice input{width:1.2rem;height:1.2rem;vertical-align:-.15rem}"
            + "blockquote{margin:.4rem 0;padding-left:1rem;border-left:3px solid #6b7280;white-space:pre-line}"
            + "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";

    /** The source in a content security policy that allows this style. */
    public static final String STYLE_HASH = "sha256-" + Base64.getEncoder().encodeToString(Sha256.of(STYLE));

    private static final String SECURITY_POLICY = "default-src 'none'; img-src data:; style-src '" + STYLE_HASH
            + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private HtmlPage() {}

    /**
     * The whole page.
     *
     * @param title plain text without markup
     * @param content HTML
     */
    public static String of(Language language, String title, String content) {
        return "<!doctype html>\n<html lang=\"" + language.tag() + "\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<meta name=\"robots\" content=\"noindex\">"
                // Without an icon a browser asks for /favicon.ico, which the policy forbids: an error in its console.
                + "<link rel=\"icon\" href=\"data:,\">"
                // Browsers must not turn a stranger's text into links.
                + "<meta name=\"format-detection\" content=\"telephone=no, email=no, address=no, date=no\">"
                + "<title>" + title + "</title><style>" + STYLE + "</style></head>"
                + "<body><main><h1>" + title + "</h1>" + content + "</main></body></html>\n";
    }

    /** Sets the headers of a page, replacing those of other answers. */
    public static void setHeaders(HttpServerResponse response) {
        response.putHeader(HttpHeaders.VARY, "Origin, Accept-Language");
        response.putHeader("content-security-policy", SECURITY_POLICY);
    }
}
