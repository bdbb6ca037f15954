package com.altcontext.client;

import com.altcontext.value.Language;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, for as long as it is being answered. The address is neither stored nor logged.
 *
 * @param siteHost the host of the page that sent it, by {@code Origin} or {@code Referer}
 * @param privacySignal whether the browser says {@code Sec-GPC: 1} or {@code DNT: 1}
 * @param acceptLanguage the header of that name; null if the browser does not say
 */
public record Client(
        InetAddress address,
        @Nullable String userAgent,
        @Nullable String siteHost,
        boolean privacySignal,
        @Nullable String acceptLanguage) {
    /** The language that the browser prefers; null if it does not say. Parsed on demand, since few requests need it. */
    public @Nullable Language language() {
        return acceptLanguage == null ? null : Language.preferred(acceptLanguage);
    }
}
