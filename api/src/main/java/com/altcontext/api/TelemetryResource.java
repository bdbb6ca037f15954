package com.altcontext.api;

import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * {@code GET /v1/telemetry.js}: the script that a site embeds, from memory. Under the name that holds the hash of its content
 * it may be kept for ever; under its plain name it is asked for again soon, so that a better one reaches every site.
 */
@Path("/v1")
@NonBlocking
public class TelemetryResource {
    private static final String SOON = "public, max-age=300, stale-while-revalidate=86400";
    private static final String NEVER = "public, max-age=31536000, immutable";

    private static final byte[] PLAIN = file("telemetry.js");
    private static final byte[] PACKED = file("telemetry.js.gz");
    private static final String HASH = hash(PLAIN);

    /** The script under the name that does not change. */
    @GET
    @Path("telemetry.js")
    public RestResponse<byte[]> get(@Context HttpServerRequest request) {
        return answer(request, SOON);
    }

    /**
     * The script under the name of one version. A site that names an earlier one is given the script of today, which it
     * must not keep: it would otherwise stop counting when the service is renewed.
     */
    @GET
    @Path("telemetry.{hash:[0-9a-f]{16}}.js")
    public RestResponse<byte[]> get(@Context HttpServerRequest request, @PathParam("hash") String hash) {
        return answer(request, hash.equals(HASH) ? NEVER : SOON);
    }

    private static RestResponse<byte[]> answer(HttpServerRequest request, String cacheControl) {
        String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        String known = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        boolean packed = encodings != null && acceptsGzip(encodings);
        // Two representations of one script have two tags (RFC 9110, section 8.8.3.3).
        String tag = '"' + HASH + (packed ? "-gzip\"" : "\"");
        // Set here, since Quarkus REST would add them to those that every answer has.
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.CACHE_CONTROL, cacheControl);
        headers.set(HttpHeaders.VARY, "Origin, Accept-Encoding");
        headers.set(HttpHeaders.ETAG, tag);
        headers.set(HttpHeaders.CONTENT_LOCATION, "/v1/telemetry." + HASH + ".js");
        // Any site may embed it, also one that asks others for leave (Cross-Origin-Embedder-Policy).
        headers.set("cross-origin-resource-policy", "cross-origin");
        if (known != null && names(known).contains(tag)) {
            return RestResponse.notModified();
        }
        if (packed) {
            headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        return RestResponse.ResponseBuilder.ok(packed ? PACKED : PLAIN)
                .header("Content-Type", "text/javascript; charset=utf-8")
                .build();
    }

    /** RFC 9110, section 12.5.3: named, or else any, and not with the weight of zero. */
    static boolean acceptsGzip(String encodings) {
        boolean any = false;
        for (String encoding : encodings.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = encoding.split(";", -1);
            String name = parts[0].strip();
            boolean refused = parts.length > 1 && parts[1].strip().matches("q=0(\\.0{0,3})?");
            if (name.equals("gzip")) {
                return !refused;
            }
            any |= name.equals("*") && !refused;
        }
        return any;
    }

    /** The tags that a client has, compared weakly (RFC 9110, section 13.1.2). */
    private static List<String> names(String ifNoneMatch) {
        return Arrays.stream(ifNoneMatch.split(",", -1))
                .map(tag -> tag.strip().replaceFirst("^W/", ""))
                .toList();
    }

    private static byte[] file(String name) {
        try (InputStream file = TelemetryResource.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(file, "the artifact holds " + name).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String hash(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }
}
