package com.altcontext.api.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.db.Sql;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** More connections than the packaged service accepts, with the heap size of production. */
class ConnectionsIT {
    private static final String HEALTH = "GET /v1/healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String LONG_ANSWER = "GET /v1/openapi.yaml HTTP/1.1\r\nHost: x\r\n";
    private static final int FLOOD = 20_000;
    private static final int CLIENTS = 8;

    private final Database database = Database.migrated();
    private final String url = database.url();
    private final Sql sql = database.sql();

    @Test
    void a_connection_beyond_the_limit_is_refused_until_others_are_closed() throws Exception {
        try (PackagedService service = PackagedService.on(url)) {
            URI address = URI.create(service.address());
            List<RawClient> idle = new ArrayList<>();
            try {
                for (int i = 0; i < ConnectionGuard.MAX_CONNECTIONS; i++) {
                    RawClient client = new RawClient(address);
                    idle.add(client);
                    client.write(HEALTH);
                }
                try (RawClient late = new RawClient(address)) {
                    late.write(HEALTH);
                    assertRefused(late.readAll());
                }
                assertThat(idle.getFirst().readHead()).startsWith("HTTP/1.1 200 ");
            } finally {
                for (RawClient client : idle) {
                    client.close();
                }
            }
            service.awaitHealth("200");
        }
    }

    @Test
    void one_client_cannot_use_all_connections() throws Exception {
        Optional<String> own = ownAddress();
        assumeThat(own).as("an address of this machine other than loopback").isPresent();
        try (PackagedService service = PackagedService.on(url, Map.of("HOST", "0.0.0.0"))) {
            URI address = URI.create(service.address().replace("127.0.0.1", own.get()));
            List<RawClient> ofClient = new ArrayList<>();
            try {
                for (int i = 0; i < ConnectionGuard.MAX_PER_CLIENT; i++) {
                    RawClient client = new RawClient(address);
                    ofClient.add(client);
                    client.write(HEALTH);
                    assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
                }
                try (RawClient another = new RawClient(address)) {
                    another.write(HEALTH);
                    assertRefused(another.readAll());
                }
                assertThat(service.health()).as("the answer to another client").isEqualTo("200");
            } finally {
                for (RawClient client : ofClient) {
                    client.close();
                }
            }
            StoredRows.await(() -> isServed(address), true);
        }
    }

    @Test
    void the_service_survives_a_flood_of_connections_with_unread_answers() throws Exception {
        try (PackagedService service = PackagedService.on(url);
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                boolean stays = i % 2 == 0;
                running.add(clients.submit(() -> flood(URI.create(service.address()), stays)));
            }
            for (Future<?> client : running) {
                client.get();
            }

            service.awaitHealth("200");
            String anonId = "anon-after-the-flood";
            // Events of the flood may still fill the queue.
            StoredRows.await(() -> isStored(service, anonId), true);
            assertThat(new StoredRows(sql).events(anonId)).hasSize(1);
        }
    }

    @Test
    void clients_that_do_not_read_long_answers_stop_no_one_else() throws Exception {
        try (PackagedService service = PackagedService.on(
                url, Map.of("TRUSTED_PROXIES", "127.0.0.0/8", "CLIENT_IP_HEADER", "X-Forwarded-For"))) {
            URI address = URI.create(service.address());
            List<RawClient> unread = new ArrayList<>();
            try {
                for (int i = 0; i < 600; i++) {
                    RawClient client = RawClient.withSmallBuffer(address);
                    unread.add(client);
                    client.write(LONG_ANSWER + "X-Forwarded-For: 198.18.0." + i % 250 + "\r\n\r\n");
                    assertThat(client.readHead().substring(9, 12)).isIn("200", "503");
                }

                assertThat(service.post(Load.event("anon-beside-long-answers")).header("x-outcome"))
                        .isEqualTo("stored");
                StoredRows.await(() -> readsLongAnswer(address), true);
                assertThat(service.written("stdout")).doesNotContain("OutOfMemoryError");
            } finally {
                for (RawClient client : unread) {
                    client.close();
                }
            }
        }
    }

    @Test
    void stopping_during_a_flood_logs_no_client_address() throws Exception {
        try (PackagedService service = PackagedService.on(url);
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            URI address = URI.create(service.address());
            AtomicInteger served = new AtomicInteger();
            for (int i = 0; i < CLIENTS; i++) {
                var _ = clients.submit(() -> {
                    for (int refused = 0; refused < 1_000; ) {
                        if (isServed(address)) {
                            served.incrementAndGet();
                        } else {
                            refused++;
                        }
                    }
                });
            }
            StoredRows.await(() -> served.get() > 1_000, true);
            service.terminate();

            assertThat(service.exitCode(Duration.ofSeconds(30))).isEqualTo(128 + 15);
            assertThat(service.written("stdout")).doesNotContain("R:/", "accepted channel", "\"level\":\"WARN\"");
        }
    }

    /** Sends an event over each of many connections. Closes each one at once, or keeps the newest half of them open. */
    private static Void flood(URI address, boolean stays) throws IOException {
        List<RawClient> open = new ArrayList<>();
        try {
            for (int i = 0; i < FLOOD / CLIENTS; i++) {
                try {
                    RawClient client = new RawClient(address);
                    open.add(client);
                    String event = Load.event("anon-flood-" + i).toString();
                    client.write(
                            "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                                    + event.length() + "\r\n\r\n" + event);
                } catch (IOException refused) {
                    // The service may refuse the connection.
                }
                if (!open.isEmpty() && (!stays || open.size() > FLOOD / CLIENTS / 2)) {
                    open.removeFirst().close();
                }
            }
        } finally {
            for (RawClient client : open) {
                client.close();
            }
        }
        return null;
    }

    private static boolean isStored(PackagedService service, String anonId) {
        try {
            return "stored".equals(service.post(Load.event(anonId)).header("x-outcome"));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static boolean isServed(URI address) {
        try (RawClient client = new RawClient(address)) {
            client.write(HEALTH);
            return client.readHead().startsWith("HTTP/1.1 200 ");
        } catch (IOException refused) {
            return false;
        }
    }

    private static boolean readsLongAnswer(URI address) {
        try (RawClient client = new RawClient(address)) {
            client.write(LONG_ANSWER + "\r\n");
            String head = client.readHead();
            if (!head.startsWith("HTTP/1.1 200 ")) {
                return false;
            }
            int length = Integer.parseInt(head.replaceFirst("(?is).*\r\ncontent-length: (\\d+)\r\n.*", "$1"));
            assertThat(client.readBytes(length)).hasSize(length).endsWith("\n");
            return true;
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static void assertRefused(String answer) {
        assertThat(answer)
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("content-type: application/json\r\n")
                .containsIgnoringCase("retry-after: 2\r\n")
                .containsIgnoringCase("x-content-type-options: nosniff\r\n")
                .endsWith("{\"ok\":false,\"error\":\"unavailable\"}");
    }

    private static Optional<String> ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .findFirst();
    }
}
