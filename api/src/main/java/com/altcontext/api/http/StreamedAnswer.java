package com.altcontext.api.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * A long answer that is sent while it is made, by another thread than the event loop. Each part is sent when it is
 * full, and the writer waits until the client has taken it, so a long document costs no memory. A client that takes no
 * part within 10 seconds, or less than 32 KB a second on average after the writer has waited 10 seconds for it, is
 * ended, since it keeps a thread and a database connection.
 */
public final class StreamedAnswer implements Appendable {
    private static final int PART = 16 * 1024;
    private static final long MAX_WAIT_SECONDS = 10;

    private final RequestContext request;
    private final LongSupplier clock;
    /** Not set if an error comes first. */
    private final Map<String, String> headers = new LinkedHashMap<>();

    /** How much longer the client may make the writer wait. Each part that it takes adds to this. */
    private long leftNanos = TimeUnit.SECONDS.toNanos(MAX_WAIT_SECONDS);

    private final StringBuilder part = new StringBuilder(PART + 1024);

    /** @param clock in nanoseconds */
    StreamedAnswer(RequestContext request, String type, LongSupplier clock) {
        this.request = request;
        this.clock = clock;
        headers.put("Content-Type", type);
    }

    public static StreamedAnswer json(RequestContext request) {
        return new StreamedAnswer(request, MediaType.APPLICATION_JSON, System::nanoTime);
    }

    /** @param name of the file, without its ending */
    public static StreamedAnswer csv(RequestContext request, String name) {
        return new StreamedAnswer(request, "text/csv; charset=utf-8", System::nanoTime)
                .with("Content-Disposition", "attachment; filename=\"" + name + ".csv\"");
    }

    /** Adds a header. */
    public StreamedAnswer with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    @Override
    public StreamedAnswer append(CharSequence text) throws IOException {
        part.append(text);
        return sendIfFull();
    }

    @Override
    public StreamedAnswer append(CharSequence text, int start, int end) throws IOException {
        part.append(text, start, end);
        return sendIfFull();
    }

    @Override
    public StreamedAnswer append(char c) throws IOException {
        part.append(c);
        return sendIfFull();
    }

    private StreamedAnswer sendIfFull() throws IOException {
        // A surrogate pair must not be split.
        if (part.length() >= PART && !Character.isHighSurrogate(part.charAt(part.length() - 1))) {
            send();
        }
        return this;
    }

    private void send() throws IOException {
        Buffer bytes = Buffer.buffer(part.toString().getBytes(StandardCharsets.UTF_8));
        part.setLength(0);
        CompletableFuture<Void> taken = new CompletableFuture<>();
        long begun = clock.getAsLong();
        request.onEventLoop(() -> write(bytes, taken));
        try {
            taken.get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IOException("the client does not read the answer", failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
        leftNanos += UnreadAnswers.maxNanos(bytes.length()) - (clock.getAsLong() - begun);
        if (leftNanos < 0) {
            throw new IOException("the client reads the answer too slowly");
        }
    }

    private void write(Buffer bytes, CompletableFuture<Void> taken) {
        HttpServerResponse response = request.response();
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
    }

    /** The last part, with which the resource answers: the whole answer if it is short. */
    public RestResponse<byte[]> lastPart() {
        RestResponse.ResponseBuilder<byte[]> response =
                RestResponse.ResponseBuilder.ok(part.toString().getBytes(StandardCharsets.UTF_8));
        headers.forEach(response::header);
        return response.build();
    }
}
