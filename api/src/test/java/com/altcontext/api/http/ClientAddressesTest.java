package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.config.AppConfig;
import com.altcontext.client.Cidr;
import io.vertx.core.MultiMap;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressesTest {
    private static final String PROXY = "10.0.0.1";
    private static final String STRANGER = "198.51.100.7";

    @ParameterizedTest
    @CsvSource({
        // X-Forwarded-For from a trusted proxy, and the client that it names
        "203.0.113.1, 203.0.113.1",
        "'  203.0.113.1 ', 203.0.113.1",
        "'192.0.2.66, 203.0.113.1', 203.0.113.1",
        "'192.0.2.66,203.0.113.1,10.0.0.2', 203.0.113.1",
        "'203.0.113.1, 10.0.0.3, 10.0.0.2', 203.0.113.1",
        "'127.0.0.1, 203.0.113.1', 203.0.113.1",
        "'garbage, 203.0.113.1', 203.0.113.1",
        "'203.0.113.1, garbage', 10.0.0.1",
        "'203.0.113.1, garbage, 10.0.0.2', 10.0.0.2",
        "garbage, 10.0.0.1",
        "'', 10.0.0.1",
        "', ,', 10.0.0.1",
        "unknown, 10.0.0.1",
        "example.com, 10.0.0.1",
        "203.0.113.1:4711, 10.0.0.1",
        "999.0.0.1, 10.0.0.1",
        "'10.0.0.3, 10.0.0.2', 10.0.0.3",
        "2001:db8::1, 2001:db8::1",
        "::ffff:203.0.113.1, 203.0.113.1"
    })
    void the_client_behind_a_trusted_proxy_is_the_last_address_that_is_not_a_trusted_proxy(
            String header, String client) {
        assertThat(address(false, PROXY, "x-forwarded-for", header)).isEqualTo(InetAddress.ofLiteral(client));
    }

    @Test
    void a_header_that_is_sent_twice_is_read_as_one_list() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("X-Forwarded-For", "192.0.2.66")
                .add("X-Forwarded-For", "203.0.113.1, 10.0.0.2");

        assertThat(addresses(false).of(InetAddress.ofLiteral(PROXY), headers))
                .isEqualTo(InetAddress.ofLiteral("203.0.113.1"));
    }

    @Test
    void the_headers_of_an_untrusted_proxy_are_ignored() {
        assertThat(address(false, STRANGER, "x-forwarded-for", "203.0.113.1"))
                .isEqualTo(InetAddress.ofLiteral(STRANGER));
        assertThat(address(false, STRANGER, "fly-client-ip", "203.0.113.1")).isEqualTo(InetAddress.ofLiteral(STRANGER));
    }

    @Test
    void only_the_configured_header_of_a_trusted_proxy_is_read() {
        for (String header : List.of("fly-client-ip", "x-real-ip", "forwarded", "true-client-ip")) {
            assertThat(address(false, PROXY, header, "203.0.113.1")).isEqualTo(InetAddress.ofLiteral(PROXY));
        }
    }

    @Test
    void on_fly_only_the_header_of_fly_is_read() {
        assertThat(address(true, STRANGER, "fly-client-ip", "203.0.113.1"))
                .isEqualTo(InetAddress.ofLiteral("203.0.113.1"));
        assertThat(address(true, PROXY, "x-forwarded-for", "203.0.113.1")).isEqualTo(InetAddress.ofLiteral(PROXY));
    }

    @ParameterizedTest
    @CsvSource({"garbage", "''", "'203.0.113.1, 203.0.113.2'", "localhost", "fly.io"})
    void on_fly_the_client_is_the_peer_if_the_header_is_invalid(String header) {
        assertThat(address(true, STRANGER, "fly-client-ip", header)).isEqualTo(InetAddress.ofLiteral(STRANGER));
    }

    @Test
    void without_a_trusted_header_the_client_is_the_peer() {
        ClientAddresses none = addresses(false, Optional.empty(), "0.0.0.0/0");

        assertThat(none.of(
                        InetAddress.ofLiteral(PROXY),
                        MultiMap.caseInsensitiveMultiMap().add("x-forwarded-for", "203.0.113.1")))
                .isEqualTo(InetAddress.ofLiteral(PROXY));
        assertThat(address(false, PROXY, null, null)).isEqualTo(InetAddress.ofLiteral(PROXY));
    }

    @Test
    void a_list_of_thousands_of_addresses_is_read_from_its_end() {
        String[] forged = new String[5_000];
        Arrays.fill(forged, "192.0.2.66");

        assertThat(address(false, PROXY, "x-forwarded-for", String.join(",", forged) + ", 203.0.113.1"))
                .isEqualTo(InetAddress.ofLiteral("203.0.113.1"));
    }

    private static InetAddress address(boolean onFly, String peer, @Nullable String header, @Nullable String value) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (header != null && value != null) {
            headers.add(header, value);
        }
        return addresses(onFly).of(InetAddress.ofLiteral(peer), headers);
    }

    private static ClientAddresses addresses(boolean onFly) {
        return addresses(onFly, Optional.of("X-Forwarded-For"), "10.0.0.0/8", "fd00::/8");
    }

    private static ClientAddresses addresses(boolean onFly, Optional<String> header, String... proxies) {
        return new ClientAddresses(new AppConfig.ClientAddress() {
            @Override
            public Optional<String> flyAppName() {
                return onFly ? Optional.of("altcontext") : Optional.empty();
            }

            @Override
            public Optional<String> header() {
                return header;
            }

            @Override
            public Optional<List<Cidr>> trustedProxies() {
                return Optional.of(Arrays.stream(proxies).map(Cidr::parse).toList());
            }
        });
    }
}
