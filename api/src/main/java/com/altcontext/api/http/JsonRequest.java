package com.altcontext.api.http;

import com.altcontext.value.Issues;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
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

    /** Reads it for Quarkus REST. */
    @Provider
    @Consumes({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    public static final class Reader implements MessageBodyReader<JsonRequest> {
        @Override
        public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
            return type == JsonRequest.class;
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
