package com.altcontext.api.dashboard;

import com.altcontext.api.http.FetchSite;
import com.altcontext.api.http.OperatorAuth;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.SessionCookie;
import com.altcontext.api.http.StaticFile;
import com.altcontext.value.Language;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /dashboard}: the page that shows the figures, with its script and style. Those are named by a hash of
 * their content and may be cached for ever. None of these files is secret: the page asks for the figures with the
 * operator's session.
 */
@Path("/dashboard")
@NonBlocking
public class DashboardPageResource {
    /** The cookie that remembers the chosen language. */
    static final String LANGUAGE_COOKIE = "altcontext-language";

    /** Allows the page's own script, style and requests, and nothing from other origins. */
    private static final String CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String REVALIDATED = "private, no-cache";
    private static final long A_YEAR = Duration.ofDays(365).toSeconds();

    /** Loaded on the first request, so that a service without dashboard users spends no memory on them. */
    private static final Map<String, StaticFile> FILES = new ConcurrentHashMap<>();

    private final OperatorAuth auth;
    private final SessionCookie cookie;

    DashboardPageResource(OperatorAuth auth, SessionCookie cookie) {
        this.auth = auth;
        this.cookie = cookie;
    }

    /**
     * Returns the page in the language that this request or an earlier one named, else in the one that the browser
     * prefers. If the request has no session cookie, the page is marked as signed out, so that it does not ask for a
     * session that cannot exist.
     */
    @GET
    public RestResponse<byte[]> page(@Context HttpServerRequest request, @QueryParam("lang") @Nullable String lang) {
        Language named = Language.named(lang);
        if (named != null) {
            request.response()
                    .addCookie(Cookie.cookie(LANGUAGE_COOKIE, named.tag())
                            .setPath("/dashboard")
                            .setMaxAge(A_YEAR)
                            .setHttpOnly(true)
                            .setSameSite(CookieSameSite.LAX));
        }
        MultiMap headers = request.response().headers();
        headers.set("content-security-policy", CSP);
        headers.set("cross-origin-opener-policy", "same-origin");
        Language language = named == null ? remembered(request) : named;
        // If the user came by a link on another site, the browser withholds a cookie that the page's own requests will
        // have.
        boolean isSignedOut = !cookie.isPresent(request)
                && cookie.fetchSite(request) != FetchSite.OTHER_SITE
                && auth.missingKeyProblem() == Problem.UNAUTHORIZED;
        return file((isSignedOut ? "signed-out." : "index.") + language.tag() + ".html")
                .answer(request, REVALIDATED, "Accept-Language, Cookie, Sec-Fetch-Site");
    }

    /**
     * Returns the script. During an upgrade, a page of one version may ask a machine that runs the other. It gets that
     * machine's script, which must not be cached under the hash of another.
     */
    @GET
    @Path("app.{hash:[0-9a-f]{16}}.js")
    public RestResponse<byte[]> script(@Context HttpServerRequest request, @PathParam("hash") String hash) {
        return file("app.js", hash, request);
    }

    /** Returns the style, in the same way as the script. */
    @GET
    @Path("app.{hash:[0-9a-f]{16}}.css")
    public RestResponse<byte[]> style(@Context HttpServerRequest request, @PathParam("hash") String hash) {
        return file("app.css", hash, request);
    }

    private static RestResponse<byte[]> file(String name, String hash, HttpServerRequest request) {
        StaticFile file = file(name);
        request.response().headers().set("cross-origin-resource-policy", "same-origin");
        return file.answer(request, hash.equals(file.hash()) ? StaticFile.IMMUTABLE : REVALIDATED, "Origin");
    }

    private static Language remembered(HttpServerRequest request) {
        Cookie cookie = request.getCookie(LANGUAGE_COOKIE);
        return Objects.requireNonNullElseGet(
                Language.named(cookie == null ? null : cookie.getValue()),
                () -> Language.preferred(request.getHeader(HttpHeaders.ACCEPT_LANGUAGE)));
    }

    private static StaticFile file(String name) {
        return FILES.computeIfAbsent(name, absent -> StaticFile.named("dashboard/" + absent));
    }
}
