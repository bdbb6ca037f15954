package com.altcontext.api.event;

import com.altcontext.api.http.StaticFile;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code GET /v1/telemetry.js}: the script that a site embeds, from memory. Under the name with the hash of its content
 * it may be cached for ever; under its plain name only briefly, so that a new version reaches every site.
 */
@Path("/v1")
@NonBlocking
public class TelemetryResource {
    static final String PATH = "/v1/telemetry.js";

    private static final String REVALIDATED_AFTER_5_MINUTES = "public, max-age=300, stale-while-revalidate=86400";

    private static final StaticFile SCRIPT = StaticFile.named("telemetry.js");

    /** The script under its plain name. */
    @GET
    @Path("telemetry.js")
    public RestResponse<byte[]> get(@Context HttpServerRequest request) {
        return answer(request, REVALIDATED_AFTER_5_MINUTES);
    }

    /**
     * The script under the name of one version. A site that names an earlier version gets the current script, which
     * must not be cached: otherwise the site would stop counting after an upgrade.
     */
    @GET
    @Path("telemetry.{hash:[0-9a-f]{16}}.js")
    public RestResponse<byte[]> get(@Context HttpServerRequest request, @PathParam("hash") String hash) {
        return answer(request, hash.equals(SCRIPT.hash()) ? StaticFile.IMMUTABLE : REVALIDATED_AFTER_5_MINUTES);
    }

    private static RestResponse<byte[]> answer(HttpServerRequest request, String cacheControl) {
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.CONTENT_LOCATION, "/v1/telemetry." + SCRIPT.hash() + ".js");
        // Any site may embed it, even one that requires permission for that (Cross-Origin-Embedder-Policy).
        headers.set("cross-origin-resource-policy", "cross-origin");
        return SCRIPT.answer(request, cacheControl, "Origin");
    }
}
