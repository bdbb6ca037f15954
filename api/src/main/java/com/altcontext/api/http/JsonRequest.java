package com.altcontext.api.http;

import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.jspecify.annotations.Nullable;

/**
 * A body of JSON as {@link JsonBody} read it. A resource reads the fields by name and rule, and refuses the request with all the
 * issues at once.
 *
 * @param json null if it could not be read, which is then an issue
 * @param issues what is wrong with the JSON; gets what is wrong with the fields
 */
public record JsonRequest(@Nullable JsonNode json, Issues issues) {
    static JsonRequest of(byte[] body) {
        Issues issues = new Issues();
        return new JsonRequest(JsonBody.read(body, issues), issues);
    }

    /**
     * The fields of the object.
     *
     * @throws Refusal if there is no JSON
     */
    public JsonFields fields() {
        if (json == null) {
            throw Refusal.invalid(issues);
        }
        return JsonFields.of(json, issues);
    }

    /** Gives it to the resources, from the body that {@link RequestFilter} has collected within its bounds. */
    @Provider
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public static final class Reader implements ServerMessageBodyReader<JsonRequest> {
        @Override
        public boolean isReadable(
                Class<?> type, Type generic, ResteasyReactiveResourceInfo method, MediaType mediaType) {
            return type == JsonRequest.class;
        }

        @Override
        public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
            return type == JsonRequest.class;
        }

        @Override
        public JsonRequest readFrom(
                Class<JsonRequest> type, Type generic, MediaType mediaType, ServerRequestContext context) {
            RoutingContext routing = ((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class);
            return of(RequestContext.of(routing).takeBody());
        }

        @Override
        public JsonRequest readFrom(
                Class<JsonRequest> type,
                Type generic,
                Annotation[] annotations,
                MediaType mediaType,
                MultivaluedMap<String, String> headers,
                InputStream body)
                throws IOException {
            return of(body.readAllBytes());
        }
    }
}
