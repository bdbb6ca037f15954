package com.altcontext.api.http;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code GET /v1/openapi.yaml}: the contract of this service as OpenAPI 3.1. */
@Path("/v1/openapi.yaml")
@NonBlocking
public class OpenApiResource {
    @GET
    public RestResponse<byte[]> get() {
        return RestResponse.ResponseBuilder.ok(document())
                .header("Content-Type", "application/yaml")
                .build();
    }

    /** Read on each request: it is requested too rarely to keep it in memory. */
    private static byte[] document() {
        try (InputStream file = OpenApiResource.class.getResourceAsStream("/openapi.yaml")) {
            return Objects.requireNonNull(file, "missing in the artifact: openapi.yaml")
                    .readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
