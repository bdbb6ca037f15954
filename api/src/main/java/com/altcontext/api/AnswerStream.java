package com.altcontext.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An answer that is written while it is made, by a thread other than the event loop: a part is sent when it is full, and
 * the writer waits until the client has taken it, so that a long document costs no memory.
 */
final class AnswerStream implements Appendable {
    private static final int PART = 16 * 1024;
    private static final long MAX_WAIT_SECONDS = 10;

    private final Exchange exchange;
    private final Map<CharSequence, String> headers;
    private final StringBuilder part = new StringBuilder(PART + 1024);
    private volatile boolean begun;

    /** @param headers of the answer, the type of its content among them; an error that comes first has none of them */
    AnswerStream(Exchange exchange, Map<CharSequence, String> headers) {
        this.exchange = exchange;
        this.headers = headers;
    }

    @Override
    public AnswerStream append(CharSequence text) throws IOException {
        part.append(text);
        return sendIfFull();
    }

    @Override
    public AnswerStream append(CharSequence text, int start, int end) throws IOException {
        part.append(text, start, end);
        return sendIfFull();
    }

    @Override
    public AnswerStream append(char c) throws IOException {
        part.append(c);
        return sendIfFull();
    }

    private AnswerStream sendIfFull() throws IOException {
        // A pair of surrogates must not be cut in two.
        if (part.length() >= PART && !Character.isHighSurrogate(part.charAt(part.length() - 1))) {
            send();
        }
        return this;
    }

    private void send() throws IOException {
        Buffer bytes = Buffer.buffer(part.toString().getBytes(StandardCharsets.UTF_8));
        part.setLength(0);
        begun = true;
        CompletableFuture<Void> taken = new CompletableFuture<>();
        exchange.later(() -> {
            HttpServerResponse response = exchange.request().response();
            if (response.closed()) {
                taken.completeExceptionally(new IOException("the client has gone"));
                return;
            }
            if (!response.headWritten()) {
                headers.forEach(response::putHeader);
                response.setChunked(true);
            }
            var _ = response.write(bytes).onComplete(written -> {
                if (written.succeeded()) {
                    taken.complete(null);
                } else {
                    taken.completeExceptionally(written.cause());
                }
            });
        });
        try {
            taken.get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IOException("the client does not take the answer", failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    /** Sends the rest; on the event loop. */
    void end() {
        HttpServerResponse response = exchange.request().response();
        if (response.closed()) {
            return;
        }
        if (!begun) {
            headers.forEach(response::putHeader);
        }
        response.end(part.toString());
    }
}
