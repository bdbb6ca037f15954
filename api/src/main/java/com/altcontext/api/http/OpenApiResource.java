package com.altcontext.api.http;

import com.altcontext.value.PackagedFile;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code GET /v1/openapi.yaml}: the contract of this service as OpenAPI 3.1. */
@Path("/v1/openapi.yaml")
@NonBlocking
public class OpenApiResource {
    @GET
    public RestResponse<byte[]> get() {
        // Read on each request: it is requested too rarely to keep it in memory.
        return RestResponse.ResponseBuilder.ok(PackagedFile.bytes(OpenApiResource.class, "/openapi.yaml"))
                .header("Content-Type", "application/yaml")
                .build();
    }
}
