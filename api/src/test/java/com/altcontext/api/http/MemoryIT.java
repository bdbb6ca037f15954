package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.testing.Database;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The packaged service with a small heap and far more waiting requests than fit into it. It refuses some and keeps working. */
class MemoryIT {
    private static final int CONNECTIONS = 1_900;
    private static final Map<String, String> NO_LIMITS =
            Map.of("RATE_LIMIT_LEADS", "1000000000", "RATE_LIMIT_LEAD_EMAILS", "1000000000");

    private final String url = TestDatabase.fresh();

    @Test
    void events_with_non_latin_text_that_wait_for_a_stalled_database_are_refused_before_the_heap_is_full()
            throws Exception {
        Migrations.of(DatabaseUrl.parse(url)).apply();
        try (PackagedService service = PackagedService.on(url, NO_LIMITS)) {
            List<Integer> stalled = Database.at(url).sql().inTransaction(tx -> {
                tx.update("LOCK TABLE visitors, sessions, events IN ACCESS EXCLUSIVE MODE");
                return send(service, "/v1/events", 4, MemoryIT::event);
            });
            assertThat(stalled).hasSize(4 * CONNECTIONS).containsOnly(503);
            service.assertAlive();
            assertThat(send(service, "/v1/events", 2, MemoryIT::event))
                    .contains(202)
                    .containsOnly(202, 503);
            service.assertAlive();
        }
    }

    @Test
    void forms_of_maximum_size_on_all_connections_at_once_are_stored_or_refused() throws Exception {
        Migrations.of(DatabaseUrl.parse(url)).apply();
        try (PackagedService service = PackagedService.on(url, NO_LIMITS)) {
            assertThat(send(service, "/v1/leads/capture", 3, MemoryIT::form))
                    .contains(200)
                    .containsOnly(200, 503);
            service.assertAlive();
            List<Integer> stalled = Database.at(url).sql().inTransaction(tx -> {
                tx.update("LOCK TABLE leads IN ACCESS EXCLUSIVE MODE");
                return send(service, "/v1/leads/capture", 2, MemoryIT::form);
            });
            assertThat(stalled).containsOnly(503);
            service.assertAlive();
            StoredRows.await(
                    () -> {
                        try {
                            return service.post("/v1/leads/capture", form(0)).status();
                        } catch (IOException gone) {
                            throw new AssertionError(gone);
                        }
                    },
                    200);
        }
    }

    @Test
    void pipelined_requests_behind_a_waiting_one_are_cut_off_before_the_heap_is_full() throws Exception {
        Migrations.of(DatabaseUrl.parse(url)).apply();
        try (PackagedService service = PackagedService.on(url, NO_LIMITS)) {
            String ahead =
                    ("GET /v1/healthz HTTP/1.1\r\nHost: here\r\nX-Fill: " + "x".repeat(7_000) + "\r\n\r\n").repeat(30);
            Database.at(url).sql().inTransaction(tx -> {
                tx.update("LOCK TABLE visitors, sessions, events IN ACCESS EXCLUSIVE MODE");
                return sendAhead(service, ahead);
            });
            service.assertAlive();
        }
    }

    @Test
    void long_json_keys_that_differ_in_each_body_do_not_accumulate() throws Exception {
        Migrations.of(DatabaseUrl.parse(url)).apply();
        try (PackagedService service = PackagedService.on(url, Map.of("RATE_LIMIT_BYTES", "1000000000"))) {
            for (int i = 0; i < 600; i++) {
                for (String letter : List.of("k", "é")) {
                    ObjectNode event = Load.event("anon-keys").put(letter.repeat(20_000) + i, 1);
                    assertThat(service.post(event).status()).isEqualTo(202);
                }
            }
            service.assertAlive();
        }
    }

    /** Sends an event, which waits, and pipelined requests behind it over each connection. Returns the number of connections. */
    private static int sendAhead(PackagedService service, String ahead) {
        URI address = URI.create(service.address());
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                String event = Load.event("anon-ahead-" + i).toString();
                var _ = clients.submit(() -> {
                    try (RawClient client = new RawClient(address)) {
                        client.write("POST /v1/events HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                                + "Content-Length: " + event.length() + "\r\n\r\n" + event + ahead);
                        return client.readHead();
                    }
                });
            }
        }
        return CONNECTIONS;
    }

    private static ObjectNode event(int i) {
        ObjectNode event = Load.event("anon-crowd-" + i);
        ObjectNode utm = event.putObject("utm");
        for (String field : List.of("source", "medium", "campaign", "term", "content")) {
            utm.put(field, "日".repeat(255));
        }
        event.putObject("props").put("text", "本".repeat(1_000));
        return event;
    }

    private static ObjectNode form(int i) {
        ObjectNode form = Forms.scripted(Forms.email());
        form.putObject("payload").put("text", "x".repeat(60_000));
        return form.put("formName", "form-" + i);
    }

    /** Sends one body after the other over each connection, over all connections at once, and returns all statuses. */
    private static List<Integer> send(PackagedService service, String path, int rounds, IntFunction<ObjectNode> body) {
        URI address = URI.create(service.address());
        List<Future<List<Integer>>> sending = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                int client = i;
                sending.add(clients.submit(() -> {
                    List<Integer> statuses = new ArrayList<>();
                    Socket socket = new Socket();
                    for (int round = 0; round < rounds; round++) {
                        if (!socket.isConnected() || socket.isClosed()) {
                            socket = new Socket(address.getHost(), address.getPort());
                            socket.setSoTimeout(120_000);
                        }
                        statuses.add(exchange(
                                socket, path, body.apply(client).toString().getBytes(StandardCharsets.UTF_8)));
                    }
                    socket.close();
                    return statuses;
                }));
            }
        }
        List<Integer> all = new ArrayList<>();
        for (Future<List<Integer>> one : sending) {
            if (one.state() == Future.State.FAILED) {
                throw new AssertionError("the service wrote\n" + service.written("stdout"), one.exceptionNow());
            }
            all.addAll(one.resultNow());
        }
        return all;
    }

    /** Sends one request and returns the status of its answer. A connection that breaks before the answer counts as a refusal. */
    private static int exchange(Socket socket, String path, byte[] json) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: here\r\nUser-Agent: " + Call.BROWSER
                + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n";
        try {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(json);
        } catch (SocketException refusedBefore) {
            // The answer may have arrived before.
        }
        try {
            InputStream in = socket.getInputStream();
            String first = line(in);
            int length = 0;
            for (String header = line(in).toLowerCase(Locale.ROOT);
                    !header.isEmpty();
                    header = line(in).toLowerCase(Locale.ROOT)) {
                if (header.startsWith("content-length:")) {
                    length = Integer.parseInt(
                            header.substring(header.indexOf(':') + 1).strip());
                } else if (header.equals("connection: close")) {
                    socket.shutdownOutput();
                }
            }
            in.skipNBytes(length);
            if (socket.isOutputShutdown()) {
                socket.close();
            }
            return Integer.parseInt(first.split(" ", -1)[1]);
        } catch (SocketException reset) {
            socket.close();
            return 503;
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new SocketException("the connection was closed before the whole answer arrived");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }
}
