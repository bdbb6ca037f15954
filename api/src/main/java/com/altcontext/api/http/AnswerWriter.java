package com.altcontext.api.http;

import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.jboss.resteasy.reactive.server.vertx.VertxResteasyReactiveRequestContext;

/**
 * Sends the bodies of answers. A long one is sent in parts, each after the client has taken the one before. Quarkus
 * REST itself copies a whole body to native memory, which clients that do not read would use up.
 */
@Provider
@Singleton
public class AnswerWriter implements ServerMessageBodyWriter<byte[]> {
    private static final int PART = 16 * 1024;

    private final UnreadAnswers unread;

    AnswerWriter(UnreadAnswers unread) {
        this.unread = unread;
    }

    @Override
    public boolean isWriteable(
            Class<?> type, Type genericType, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == byte[].class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == byte[].class;
    }

    @Override
    public void writeTo(
            byte[] body,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out) {
        throw new UnsupportedOperationException("Quarkus REST calls writeResponse");
    }

    @Override
    public void writeResponse(byte[] body, Type genericType, ServerRequestContext context) {
        HttpServerRequest request = ((VertxResteasyReactiveRequestContext) context).vertxServerRequest();
        HttpServerResponse response = request.response();
        boolean isRestOfStream = response.headWritten();
        if (body.length <= PART || isRestOfStream || request.method().equals(HttpMethod.HEAD)) {
            context.serverResponse().end(body);
            return;
        }
        Channel channel = ((ConnectionBase) request.connection()).channel();
        if (!unread.add(channel, body.length)) {
            throw new Refusal(Problem.UNAVAILABLE);
        }
        response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length));
        new Parts(body, response, channel).sendNext();
    }

    /** A body that is being sent. */
    private final class Parts {
        private final byte[] body;
        private final HttpServerResponse response;
        private final Channel channel;
        private int sent;

        Parts(byte[] body, HttpServerResponse response, Channel channel) {
            this.body = body;
            this.response = response;
            this.channel = channel;
        }

        void sendNext() {
            Future<Void> taken;
            do {
                int length = Math.min(PART, body.length - sent);
                Buffer part = Buffer.buffer(length).appendBytes(body, sent, length);
                sent += length;
                taken = sent < body.length ? response.write(part) : response.end(part);
            } while (taken.succeeded() && sent < body.length);
            var _ = taken.onComplete(done -> {
                if (done.succeeded() && sent < body.length) {
                    unread.took(channel, PART);
                    sendNext();
                } else {
                    unread.remove(channel);
                }
            });
        }
    }
}
