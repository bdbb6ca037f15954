package com.altcontext.api.testing;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A client that sends bytes, for requests that no HTTP library would send. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;

    public RawClient() throws IOException {
        this(Call.base());
    }

    /** @param base scheme, host and port of the service */
    public RawClient(URI base) throws IOException {
        this(new Socket(base.getHost(), base.getPort()));
    }

    private RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** A client whose side of the connection holds almost nothing that it has not read. */
    public static RawClient withSmallBuffer(URI base) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
        return new RawClient(socket);
    }

    public void write(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Whether an answer has begun. Does not wait. */
    public boolean hasAnswer() throws IOException {
        return socket.getInputStream().available() > 0;
    }

    /** Waits until the first bytes of an answer have arrived. */
    public void awaitAnswer() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(this::hasAnswer);
    }

    /** The first line and the headers of the next answer. */
    public String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new EOFException("the connection ended after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** Reads this many bytes, such as the body of an answer. */
    public String readBytes(int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    /** Reads everything until the service closes the connection. */
    public String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /**
     * Sends these bytes and reads until the service ends the connection.
     *
     * @return whether it does so within the timeout
     */
    public boolean isCutOffBy(String bytes) {
        try {
            write(bytes);
            var _ = readAll();
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
