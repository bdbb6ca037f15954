package com.altcontext.api.http;

/** Answers the requests of each {@link DirectRoute}, which stands at its {@link #handle}. */
public interface DirectHandler {
    /** Answers on the event loop, now or later. What it throws is answered by {@link ErrorMapper}. */
    void handle(RequestContext request, byte[] body);
}
