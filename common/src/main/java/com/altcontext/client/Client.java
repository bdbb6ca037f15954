package com.altcontext.client;

import com.altcontext.value.Language;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The client that sent a request. It is kept only while the request is answered; its address is neither stored nor
 * logged.
 *
 * @param siteHost the host of the page that sent the request, from {@code Origin} or {@code Referer}
 * @param privacySignal whether the browser sent {@code Sec-GPC: 1} or {@code DNT: 1}
 * @param acceptLanguage the header {@code Accept-Language}; null if the browser did not send it
 */
public record Client(
        InetAddress address,
        @Nullable String userAgent,
        @Nullable String siteHost,
        boolean privacySignal,
        @Nullable String acceptLanguage) {
    /** The language that the browser prefers; null if it is not known. Parsed on demand, since few requests need it. */
    public @Nullable Language language() {
        return acceptLanguage == null ? null : Language.preferred(acceptLanguage);
    }
}
