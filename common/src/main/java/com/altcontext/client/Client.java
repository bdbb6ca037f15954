package com.altcontext.client;

import com.altcontext.value.Language;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as far as that is needed while it is answered. The address is never stored nor logged.
 *
 * @param siteHost the host of the page that sent it, by {@code Origin} or {@code Referer}
 * @param privacySignal whether the browser says {@code Sec-GPC: 1} or {@code DNT: 1}
 * @param language of the pages that the browser prefers; null if it does not say
 */
public record Client(
        InetAddress address,
        @Nullable String userAgent,
        @Nullable String siteHost,
        boolean privacySignal,
        @Nullable Language language) {}
