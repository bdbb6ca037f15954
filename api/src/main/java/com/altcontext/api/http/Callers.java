package com.altcontext.api.http;

import com.altcontext.audit.Caller;
import com.altcontext.ingest.RequestAttribution;
import jakarta.inject.Singleton;

/** Tells who sent an operators' request, for the logs of disclosures and erasures. */
@Singleton
public final class Callers {
    private final RequestAttribution attribution;

    Callers(RequestAttribution attribution) {
        this.attribution = attribution;
    }

    public Caller of(RequestContext request) {
        return new Caller(
                request.isSignedIn() ? "dashboard" : "api",
                request.permissions().keyId(),
                attribution.addressHash(request.client()));
    }
}
