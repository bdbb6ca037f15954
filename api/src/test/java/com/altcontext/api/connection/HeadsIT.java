package com.altcontext.api.connection;

import com.altcontext.api.testing.Load;
import com.altcontext.api.testing.PackagedService;
import com.altcontext.api.testing.RawClient;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.testing.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of requests on more connections than the heap of production can hold heads. */
class HeadsIT {
    private static final int CONNECTIONS = 1_900;

    /** The shortest headers use the most heap for each byte that is sent. */
    private static final String SHORT_HEADERS = IntStream.range(0, 1_450)
            .mapToObj(i -> (char) ('a' + i % 26) + ":1\r\n")
            .collect(Collectors.joining());

    private static final String LONG_HEADER = "X-Fill: " + "x".repeat(7_500) + "\r\n";

    private final String url = Database.migrated().url();

    @ParameterizedTest
    @ValueSource(
            strings = {"short headers, no end", "short headers, no body", "long header, no end", "long header, no body"
            })
    void heads_on_all_connections_at_once_do_not_fill_the_heap(String kind) throws Exception {
        String head = "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
                + (kind.startsWith("short") ? SHORT_HEADERS : LONG_HEADER) + (kind.endsWith("end") ? "" : "\r\n{");
        try (PackagedService service = PackagedService.on(url, Map.of("RATE_LIMIT_EVENTS", "1000000000"))) {
            URI address = URI.create(service.address());
            List<RawClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    RawClient client = new RawClient(address);
                    clients.add(client);
                    writeUnlessEnded(client, head);
                }
                service.assertAlive();
                StoredRows.await(() -> stores(address, LONG_HEADER), true);
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
        }
    }

    private static void writeUnlessEnded(RawClient client, String head) {
        try {
            client.write(head);
        } catch (IOException ended) {
            // There was no room for its head.
        }
    }

    private static boolean stores(URI address, String header) {
        String event = Load.event("anon-with-a-long-head").toString();
        try (RawClient client = new RawClient(address)) {
            client.write("POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                    + event.length() + "\r\n" + header + "\r\n" + event);
            return client.readHead().startsWith("HTTP/1.1 202 ");
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
