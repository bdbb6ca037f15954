package com.altcontext.db;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Passes connections on to a server and, as PgBouncer does, replaces the key by which a client may cancel its statement. */
final class FakePooler implements AutoCloseable {
    private static final char BACKEND_KEY_DATA = 'K';
    private static final char READY_FOR_QUERY = 'Z';

    private final DatabaseUrl server;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private FakePooler(DatabaseUrl server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static FakePooler before(DatabaseUrl server) throws IOException {
        FakePooler pooler = new FakePooler(server);
        pooler.threads.execute(pooler::serve);
        return pooler;
    }

    DatabaseUrl url() {
        return new DatabaseUrl(
                server.user(),
                server.password(),
                List.of(new DatabaseUrl.Host("127.0.0.1", listener.getLocalPort())),
                server.database(),
                server.options());
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                DatabaseUrl.Host host = server.hosts().getFirst();
                Socket backend = new Socket(host.name(), host.port());
                threads.execute(() ->
                        pass(() -> client.getInputStream().transferTo(backend.getOutputStream()), client, backend));
                threads.execute(() -> pass(() -> answer(backend, client), client, backend));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void answer(Socket backend, Socket client) throws IOException {
        DataInputStream in = new DataInputStream(backend.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        for (int type = 0; type != READY_FOR_QUERY; ) {
            type = in.readUnsignedByte();
            byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
            if (type == BACKEND_KEY_DATA) {
                ByteBuffer.wrap(body).putInt(0, ByteBuffer.wrap(body).getInt(0) ^ 0x5555);
            }
            out.writeByte(type);
            out.writeInt(body.length + Integer.BYTES);
            out.write(body);
        }
        out.flush();
        in.transferTo(out);
    }

    private static void pass(Relay traffic, Socket client, Socket backend) {
        try (client;
                backend) {
            traffic.flow();
        } catch (IOException e) {
            // one of the two hung up
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }

    private interface Relay {
        void flow() throws IOException;
    }
}
