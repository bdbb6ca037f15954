package com.altcontext.api.http;

/** Answers the requests of the routes that are {@linkplain Route#isDirect() direct}. */
public interface DirectHandler {
    /** Answers on the event loop, now or later. {@link ErrorMapper} answers what it throws. */
    void handle(RequestContext request, byte[] body);
}
